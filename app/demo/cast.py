"""Who can sign in to the sample district, and with what; these accounts exist in demo mode only."""

from dataclasses import dataclass

from app.core.words import N_

PASSWORD = "four-quiet-herons"  # nosec B105: printed for every visitor, refused outside demo mode
DISTRICT = "临江区"
PRIMARY = "青禾实验小学"
MIDDLE = "临江中学"
CENTRE = "临江区中小学心理健康教育指导中心"
BUREAU = "临江区教育局"
ADMINISTRATOR = "T00097"
ROSTERS_BY = {PRIMARY: "T00033", MIDDLE: "T00091"}
# Who admits colleagues: administrators, counsellors, leads, the head of the centre, the auditor.
ADMITTING = ("T00033", "T00091", "T00031", "T00088", "T00032", "T00090", "T00095", "T00096")
# These teachers of the middle school have not used their invitations yet.
NOT_ENROLLED = frozenset(f"T{number:05}" for number in range(50, 82))


@dataclass(frozen=True)
class SignIn:
    """One person of the tour: the words for the post, the staff number that signs in, and the name."""

    words: str
    number: str
    name: str


TOUR = (
    SignIn(N_("Class teacher"), "T00022", "程航晓"),
    SignIn(N_("Head of grade"), "T00028", "刘曦杰"),
    SignIn(N_("School counsellor"), "T00031", "彭明雅"),
    SignIn(N_("School lead"), "T00032", "马予杰"),
    SignIn(N_("School administrator"), "T00033", "于欣辰"),
    SignIn(N_("Counsellor of the district centre"), "T00092", "曹启"),
    SignIn(N_("Auditor"), "T00096", "刘可悦"),
    SignIn(N_("District administrator"), ADMINISTRATOR, "姚慈锦"),
)
