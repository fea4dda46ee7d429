"""The words for what the trail keeps of accounts and sessions."""

from app.core.words import N_

EVENTS = {
    "account:opened": N_("opened an account"),
    "account:closed": N_("closed an account"),
    "account:password_changed": N_("changed the password"),
    "account:password_kept": N_("kept a password anew at today's cost"),
    "sign_in:done": N_("signed in"),
    "sign_in:failed": N_("failed to sign in"),
    "sign_in:ended": N_("signed out"),
    "sign_in:ended_everywhere": N_("signed out everywhere"),
    "sign_in:confirmed": N_("confirmed who they are"),
    "account:recovered": N_("set a new password with the recovery code"),
    "account:reset": N_("took a new login with a slip"),
    "invitation:made": N_("printed an invitation slip"),
    "invitation:withdrawn": N_("withdrew a slip"),
    "login:reset_offered": N_("printed a slip for a new login"),
    "recovery:code_made": N_("printed a recovery code"),
    "factor:enrolled": N_("set up the second step"),
    "factor:removed": N_("removed the second step"),
    "factor:codes_made": N_("made new backup codes"),
    "key:group_founded": N_("founded a group and its key"),
    "key:admitted": N_("admitted a colleague to a group"),
    "key:refused": N_("did not admit somebody to a group"),
    "key:reconsidered": N_("let somebody wait again who was not admitted"),
    "key:vouched": N_("let a colleague invite others"),
    "key:left": N_("lost keys with the end of a post"),
    "card:made": N_("printed the recovery card of the room"),
    "card:used": N_("used the recovery card of the room"),
}

AT_ONCE = ("card:used",)
