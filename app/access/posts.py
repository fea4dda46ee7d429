"""The posts a person can hold in a district; who holds which from when to when is kept in the directory."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class PostKind(StrEnum):
    """What a person is in charge of (4-domain, who may do what)."""

    CLASS_TEACHER = "class_teacher"
    SUBJECT_TEACHER = "subject_teacher"
    HEAD_OF_GRADE = "head_of_grade"
    COUNSELLOR = "counsellor"
    LEAD = "lead"
    SCHOOL_ADMIN = "school_admin"
    CENTRE_COUNSELLOR = "centre_counsellor"
    CENTRE_HEAD = "centre_head"
    DISTRICT_ADMIN = "district_admin"
    AUDITOR = "auditor"


TEACHERS = (PostKind.CLASS_TEACHER, PostKind.SUBJECT_TEACHER)
CENTRE = (PostKind.CENTRE_COUNSELLOR, PostKind.CENTRE_HEAD)
SCHOOL = (*TEACHERS, PostKind.HEAD_OF_GRADE, PostKind.COUNSELLOR, PostKind.LEAD, PostKind.SCHOOL_ADMIN)


@dataclass(frozen=True)
class PostHeld:
    """A post as it stands at this moment."""

    id: UUID
    kind: PostKind
    organisation_id: UUID
    grade_id: UUID | None = None
    class_id: UUID | None = None
