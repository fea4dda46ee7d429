"""What posts are called."""

from app.access import PostKind
from app.core.words import N_

POST_WORDS = {
    PostKind.CLASS_TEACHER: N_("Class teacher"),
    PostKind.SUBJECT_TEACHER: N_("Subject teacher"),
    PostKind.HEAD_OF_GRADE: N_("Head of grade"),
    PostKind.COUNSELLOR: N_("School counsellor"),
    PostKind.LEAD: N_("School lead"),
    PostKind.SCHOOL_ADMIN: N_("School administrator"),
    PostKind.CENTRE_COUNSELLOR: N_("Counsellor of the district centre"),
    PostKind.CENTRE_HEAD: N_("Head of the district centre"),
    PostKind.DISTRICT_ADMIN: N_("District administrator"),
    PostKind.AUDITOR: N_("Auditor"),
}
