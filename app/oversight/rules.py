"""The words for every rule of the product and for every condition in one, as the auditor reads them.

They stand here together and not beside each permission, because only this page shows them and they must read as one
list; a rule or a condition without words is a failing test.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from app.access import Permission, PostKind
from app.core.words import N_
from app.oversight.access_table import persona

PARTS: tuple[tuple[str, dict[str, str]], ...] = (
    (N_("Account and sign-in"), {
        "account:own": N_("See one's own account and first page, sign out"),
        "account:secure": N_("Change one's own second step and recovery code"),
        "notice:list": N_("See one's own notices"),
        "notice:follow": N_("Follow a notice to what it is about"),
        "notice:choose": N_("Choose how one's own notices arrive"),
    }),
    (N_("Staff, posts and invitations"), {
        "person:list": N_("List the staff, and add people to it"),
        "person:read": N_("See somebody's posts"),
        "person:change": N_("Change somebody's name or mail address"),
        "person:keep": N_("Give somebody a post"),
        "post:end": N_("End somebody's post"),
        "invitation:list": N_("See who has no account yet"),
        "invitation:make": N_("Print invitation slips"),
        "invitation:withdraw": N_("Withdraw a slip that was lost"),
        "account:close": N_("Close somebody's account"),
        "person:invite": N_("Invite somebody, or reset their login"),
        "staff:import": N_("Import a staff list"),
    }),
    (N_("Keys"), {
        "key:tasks": N_("See which keys one holds and who waits for them"),
        "key:admit": N_("Admit a colleague to a key one holds"),
        "key:refuse": N_("Refuse somebody who waits for a key one holds, or let them wait again"),
        "card:keep": N_("Print the room's recovery card"),
        "card:use": N_("Open the room again with its recovery card"),
    }),
    (N_("Students, rosters and schools"), {
        "student:search": N_("Find students and classes"),
        "student:read": N_("See a student's or a class's page"),
        "student:contacts": N_("See the guardians' contacts"),
        "roster:list": N_("See the rosters that were imported"),
        "roster:import": N_("Import a list of students"),
        "roster:upload": N_("Go on with a list that was chosen"),
        "roster:read": N_("See what an import changed"),
        "roster:undo": N_("Undo an import"),
        "class:keep": N_("Add classes, and take empty ones away"),
        "calendar:list": N_("See the school calendar"),
        "calendar:keep": N_("Keep the school calendar and the bells"),
        "school:list": N_("See the schools of the district"),
        "school:keep": N_("Add schools and change their names"),
    }),
    (N_("Psychological files"), {
        "file:list": N_("See the list of one's students"),
        "file:open_new": N_("Open a student's file"),
        "file:give_reason": N_("Give a reason for opening a colleague's file"),
        "file:read": N_("Read a file"),
        "file:edit": N_("Write the overview of a file"),
        "file:restrict": N_("Restrict a file to named people"),
        "file:hand_charge": N_("Hand a file to another counsellor"),
        "file:print": N_("Print a file's chronology"),
        "file:who_viewed": N_("See who viewed a file"),
        "entry:write": N_("Begin the record of a session"),
        "entry:read": N_("Read the record of a session"),
        "entry:save": N_("Save a draft"),
        "entry:sign": N_("Sign a record"),
        "entry:discard": N_("Take a draft away"),
        "entry:add": N_("Add to a signed record"),
        "entry:release": N_("Release a signed record to the centre"),
        "note:own": N_("Keep one's own process note"),
        "attachment:add": N_("Add a document to a file"),
        "attachment:read": N_("Open the documents of a file"),
    }),
    (N_("Concerns"), {
        "concern:raise": N_("Raise a concern"),
        "concern:raise_about": N_("Raise a concern about this student"),
        "concern:mine": N_("See the concerns one raised"),
        "concern:review": N_("See the concerns of one's grade"),
        "concern:room": N_("See the concerns of one's counselling room"),
        "concern:cards": N_("See the action cards of orange and red concerns"),
        "concern:approve": N_("See the proposals that wait for a second person"),
        "concern:read": N_("Open a concern, as far as one's keys go"),
        "concern:read_account": N_("Read what the reporter wrote"),
        "concern:read_card": N_("Read the action card"),
        "concern:acknowledge": N_("Confirm that one has a concern"),
        "concern:ask": N_("Ask the reporter"),
        "concern:answer": N_("Answer a question about a concern"),
        "concern:pass_on": N_("Pass a concern on to the counselling room"),
        "concern:close_by_grade": N_("Close a concern in the grade, with a reason"),
        "concern:accept": N_("Take a concern on"),
        "concern:assess": N_("Assess the level"),
        "concern:raise_level": N_("Raise the level"),
        "concern:second_opinion": N_("Decide as the second person"),
        "concern:feedback": N_("Write a line to the reporter"),
        "concern:note_seen": N_("Note that one has seen the action card"),
        "concern:follow_up": N_("Set the next review"),
        "concern:close": N_("Close a concern"),
        "concern:reopen": N_("Open a closed concern again"),
    }),
    (N_("Hand-over to the centre"), {
        "concern:offer": N_("Offer a case to the centre"),
        "concern:call_centre": N_("Call the centre in a crisis"),
        "concern:withdraw": N_("Take an offer back"),
        "concern:centre": N_("See the centre's queue"),
        "hand_over:read": N_("Read a hand-over"),
        "centre:accept": N_("Accept a case at the centre"),
        "centre:decline": N_("Decline a case with a reason"),
        "centre:advise": N_("Give the school advice"),
        "centre:return": N_("Return a case to the school"),
    }),
    (N_("Appointments"), {
        "appointment:calendar": N_("See the calendar of one's counselling room"),
        "appointment:read": N_("See an appointment"),
        "appointment:book": N_("Book an appointment in the counselling room"),
        "appointment:read_reason": N_("Read why somebody comes"),
        "appointment:change": N_("Confirm, move or call off an appointment, and note who came"),
        "appointment:hold": N_("Hold the session of an appointment and write its record"),
        "appointment:ask_for": N_("Ask for an appointment on a student's behalf"),
        "appointment:take_back": N_("Take back what one asked for"),
        "room:list": N_("See the weeks of one's counselling rooms"),
        "room:keep": N_("Keep a counselling room, its hours and its roster"),
        "room:open": N_("Note that the counselling room opens or closes"),
        "feed:keep": N_("See and switch off the address for one's own calendar program"),
        "feed:make": N_("Make an address for one's own calendar program"),
        "student_card:list": N_("See which classes have personal cards"),
        "student_card:keep": N_("Print the personal cards of a class, and withdraw one"),
        "look_in:close": N_("Look in on a student who did not come, and note it"),
        "waiting:keep": N_("See an entry of the waiting list, change it, and offer a time"),
        "series:read": N_("See and end appointments that repeat"),
        "group:read": N_("See a group, its members and its sessions"),
        "group:keep": N_("Keep a group: members, who came, and its entries"),
        "room:log": N_("See whether the counselling room was open when it says"),
    }),
    (N_("Letters"), {
        "letter:list": N_("See the letters of one's box"),
        "letter:read": N_("Read a letter"),
        "letter:answer": N_("Answer a letter"),
        "letter:read_second": N_("Read a colleague's answer as the second person"),
        "letter:open_name": N_("Open a sealed name in an emergency"),
        "letter:open_letter": N_("Open a letter of a school in an emergency"),
        "letter:see_name_opening": N_("See why a sealed name or a letter was opened"),
        "letter:review_name_opening": N_("Judge whether a sealed name or a letter had to be opened"),
        "letter:release": N_("Tell somebody words of a letter"),
        "letter:read_release": N_("Read words told from a letter"),
        "letter:set_readers": N_("Let a colleague read a letter, or say who must not learn of it"),
        "letter:note": N_("Write a note to a letter"),
        "letter:set_level": N_("Set the level of a letter"),
        "letter:reroute": N_("Give a letter to the counselling room"),
        "letter:raise_concern": N_("Raise a concern from a letter"),
        "letter:offer_talk": N_("Offer a talk to whoever wrote a letter"),
        "letter:close": N_("Close a letter"),
        "letter:see_late": N_("See that letters wait too long"),
        "letter:figures": N_("See letters in figures"),
        "letterbox:open": N_("Sign off that a box was opened"),
        "letterbox:manage": N_("Look after a letterbox"),
        "letterbox:manage_this": N_("Change a school's letterbox"),
    }),
    (N_("Trail and this table"), {
        "trail:read": N_("Search the trail"),
        "trail:verify": N_("Verify the trail"),
        "trail:export": N_("Hand out signed checkpoints"),
        "access:table": N_("See who may do what"),
    }),
)
CONDITIONS: dict[str, str] = {
    "is_colleague_of_mine": N_(
        "administers the school where the person works, and the person answers to that school alone"
    ),
    "answers_to_my_district": N_("administers the district to which the person's post answers"),
    "is_left_to_my_school": N_("administers every school where the person works or worked last"),
    "is_somebody_else": N_("is not the person themselves"),
    "administers": N_("administers the school it belongs to"),
    "in_own_district": N_("is in the same district"),
    "is_addressee": N_("is the person to whom the notice is addressed"),
    "may_see_class": N_("has the class in one's own class, grade or school"),
    "holds_contacts": N_("holds the key of that class's contacts"),
    "is_importer": N_("chose the list oneself"),
    "of_own_district": N_("the list is the district's own"),
    "works_at_own_school": N_("the person holds or held a post at one's school"),
    "works_now_at_own_school": N_("the person holds a post at one's school now"),
    "in_room_of": N_("belongs to the counselling room of that school"),
    "holds_key": N_("holds the file's key"),
    "in_charge": N_("is in charge of the file"),
    "gave_reason": N_("gave a reason for opening it that still counts"),
    "named_for": N_("the file is restricted, and one is named for it"),
    "is_open": N_("the file is not archived"),
    "is_vacant": N_("nobody is in charge who still counsels there"),
    "is_author": N_("wrote it"),
    "is_signed": N_("it is signed"),
    "is_draft": N_("it is not signed yet"),
    "holds_entry_key": N_("holds the key of this very record"),
    "has_student": N_("has the student in one's own class, grade or school"),
    "raised_it": N_("raised the concern as a teacher"),
    "holds_account": N_("holds the key of what the reporter wrote, and is not among those left out"),
    "heads_its_grade": N_("heads the student's grade"),
    "in_its_room": N_("belongs to the school's counselling room"),
    "watches_over": N_("watches over the student by an open concern or a file, and may know of the booking"),
    "leads_its_school": N_("leads the school"),
    "holds_card": N_("holds the key of the action card, and is not among those left out"),
    "stands_in": N_("stands in for a tier in which nobody is"),
    "holds_packet": N_("holds the key of the hand-over"),
    "did_not_propose": N_("is not the one who proposes"),
    "holds_letter": N_("holds the key of the letter"),
    "stands_by_for_letter": N_("stands by for the letter"),
    "is_theirs_to_answer": N_("reads the letter for good, or nobody at the school opens it"),
    "stands_by_for_name": N_("stands by for the sealed name"),
    "holds_reason": N_("holds the key of the reason"),
    "holds_told": N_("holds the key of what was told"),
    "was_told": N_("is the one to whom it was told, and works at the school"),
    "did_not_open_it": N_("did not open it"),
    "is_not_its_author": N_("did not write the answer"),
    "lies_in_rooms_box": N_("the letter lies in the counselling room's box"),
    "lies_in_principals_box": N_("the letter lies in the principal's mailbox"),
    "may_know_of_all": N_("is not among those from whom any of its appointments is kept"),
    "holds_theme": N_("holds the key of the group's theme"),
    "may_know_of_it": N_("is not among those from whom it is kept"),
    "asked_for_it": N_("asked for it, and teaches at the school"),
    "opens_a_box_here": N_("counsels or leads at that school"),
}


@dataclass(frozen=True)
class Holders:
    """Posts to which a rule is open alike, and the ways in: the words of what must hold, none of it for "always"."""

    posts: tuple[PostKind, ...]
    ways: tuple[tuple[str, ...], ...]

    @property
    def is_everybody(self) -> bool:
        """Say whether these are all posts that there are."""
        return len(self.posts) == len(PostKind)


@dataclass(frozen=True)
class Rule:
    """A permission in words, and to whom it is open."""

    code: str
    words: str
    asks_again: bool
    holders: tuple[Holders, ...]


def rules_by_part(permissions: Iterable[Permission]) -> list[tuple[str, list[Rule]]]:
    """Return every rule under the heading of its part, in the order in which people meet them."""
    known = {permission.name: permission for permission in permissions}
    return [(part, [_rule(known[code], words) for code, words in rules.items()]) for part, rules in PARTS]


def _rule(permission: Permission, words: str) -> Rule:
    return Rule(permission.name, words, permission.reauth, tuple(_holders_of(permission)))


def _holders_of(permission: Permission) -> Iterator[Holders]:
    """Group the posts by what must hold for them."""
    found: dict[tuple[tuple[str, ...], ...], list[PostKind]] = {}
    for kind in PostKind:
        ways = permission.ways_open_to(persona(kind))
        if ways is not None:
            found.setdefault(_in_words(ways), []).append(kind)
    for in_words, kinds in found.items():
        yield Holders(tuple(kinds), in_words)


def _in_words(ways: Sequence[tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(CONDITIONS[condition] for condition in way) for way in ways)
