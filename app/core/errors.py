"""What can be refused, named for what happened; pages and API turn the words into the reader's language."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from app.core.words import N_


class Refusal(Exception):
    """A request that cannot be done, with a status and a sentence for the person who asked.

    `words` is an English sentence with %(name)s places that `params` fill. Neither ever holds what a
    person wrote. `afterwards` runs in a transaction of its own once the refused one is rolled back. `also` is
    what a program is told besides: ids, times and codes.
    """

    status: ClassVar[int] = 400
    also: Mapping[str, Any] = {}
    words: str = N_("This cannot be done.")

    def __init__(
        self, words: str | None = None, *, afterwards: Callable[[], None] | None = None, **params: Any
    ) -> None:
        super().__init__(type(self).__name__)
        if words is not None:
            self.words = words
        self.params = params
        self.afterwards = afterwards


class Missing(Refusal):
    """Not there, or not for this person: the two look the same."""

    status = 404
    words = N_("There is nothing here, or it is not open to you.")


class NeedsSignIn(Refusal):
    """Nobody is signed in, or the session has ended."""

    status = 401
    words = N_("Please sign in.")


class NeedsFreshProof(Refusal):
    """The act is sensitive and asks again for password or second factor."""

    status = 403
    words = N_("Please confirm that it is you.")


class NeedsEnrolment(Refusal):
    """An account is not finished: something that its owner has to set up first is missing.

    `leads_to` is the endpoint of the page where that is done.
    """

    status = 403
    words = N_("Please finish setting up your account first.")

    def __init__(self, leads_to: str) -> None:
        super().__init__()
        self.leads_to = leads_to


class Invalid(Refusal):
    """The input makes no sense as it stands; `errors` says what is wrong with which field, where that is known."""

    status = 422
    words = N_("Something in the form needs another look.")

    def __init__(
        self, words: str | None = None, *, errors: Mapping[str, list[str]] | None = None, **params: Any
    ) -> None:
        super().__init__(words, **params)
        self.errors = dict(errors or {})


class Conflict(Refusal):
    """The state of things does not allow this act now."""

    status = 409
    words = N_("This is no longer possible in the present state.")


class Stale(Conflict):
    """Somebody changed the record since the page was opened."""

    words = N_("Somebody changed this while you had it open. Your input is kept; compare and save again.")


class TooLarge(Refusal):
    """More was sent than is accepted."""

    status = 413
    words = N_("This is larger than what is accepted here.")


class TooMany(Refusal):
    """Too often in too short a time."""

    status = 429
    words = N_("That was too often in a short time. Please wait a moment and try again.")


class Unavailable(Refusal):
    """Something the deed needs does not answer just now; nothing was changed."""

    status = 503
    words = N_("This does not work just now. Nothing was changed; please try again in a moment.")


class ReadOnly(Unavailable):
    """Nothing is changed until somebody has looked at this server: what it holds is not what was there before."""

    words = N_("Just now everything here can be read, and nothing can be changed or sent. "
               "The people who run this server have to look at it first.")
