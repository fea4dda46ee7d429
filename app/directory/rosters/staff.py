"""From the rows of a staff list to people and their posts; a person with two posts has two rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from app.directory import labels
from app.directory.rosters import cells
from app.directory.rosters.columns import Table
from app.directory.rosters.entries import Understood, understand
from app.directory.rosters.remarks import CellFault, Note, Remarks, RowFault, RowNote, shown
from app.directory.rosters.sheets import Cell, Row

POST_NAMES = {
    "class_teacher": ("班主任", "class teacher"),
    "subject_teacher": ("科任教师", "任课教师", "科任老师", "任课老师", "教师", "subject teacher", "teacher"),
    "head_of_grade": ("年级主任", "年级组长", "年级长", "head of grade"),
    "counsellor": (
        "心理教师", "心理老师", "心理辅导教师", "专职心理教师", "school counsellor", "counsellor", "counselor",
    ),
    "lead": (
        "校长", "副校长", "德育主任", "德育副校长", "政教主任", "principal", "head of student affairs", "school lead",
    ),
    "school_admin": ("系统管理员", "学校管理员", "管理员", "school administrator", "administrator"),
    "centre_counsellor": ("指导中心心理教师", "中心心理教师", "centre counsellor"),
    "centre_head": ("指导中心主任", "中心主任", "head of centre"),
    "district_admin": ("区管理员", "区级管理员", "district administrator"),
    "auditor": ("审计员", "auditor"),
}
_KIND_OF = {name: kind for kind, names in POST_NAMES.items() for name in names}


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A person with one post, as one row tells; `post` is a kind of app.access."""

    row: int
    number: str = field(repr=False)
    name: str = field(repr=False)
    organisation: str
    post: str
    grade_label: str | None = None
    class_label: str | None = None
    mail: str | None = field(default=None, repr=False)


StaffList = Understood[StaffRow]


def read_staff(table: Table, *, organisations: Sequence[str], own: str | None = None) -> StaffList:
    """Return the posts of a staff list; rows without an organisation belong to `own`; raises ColumnsMissing."""
    return _one_name_each(understand(table, partial(_post_of, table, frozenset(organisations), own)))


def _post_of(
    table: Table, organisations: frozenset[str], own: str | None, row: Row, remarks: Remarks
) -> StaffRow:
    cell = partial(table.columns.cell, row)
    post = remarks.read("post", cell("post"), kind_of) or ""
    grade, group = _in_charge_of(remarks, cell("grade"), cell("class"))
    _demand(remarks, post, grade, group)
    return StaffRow(
        row=row.number,
        number=remarks.read("number", cell("number"), cells.number_of) or "",
        name=remarks.read("name", cell("name"), cells.name_of) or "",
        organisation=remarks.read("organisation", cell("organisation"), partial(_known, organisations, own)) or "",
        post=post,
        grade_label=grade if post in ("class_teacher", "subject_teacher", "head_of_grade") else None,
        class_label=group if post in ("class_teacher", "subject_teacher") else None,
        mail=remarks.read("mail", cell("mail"), cells.mail_of),
    )


def kind_of(cell: Cell, note: Note) -> str:
    """Return the kind of post that a name of a post means."""
    text = cells.plain_text(cell, note)
    if not text:
        raise CellFault("missing_post")
    kind = _KIND_OF.get(text.lower()) or _KIND_OF.get(text.replace(" ", ""))
    if kind is None:
        raise CellFault("unknown_post")
    return kind


def _known(organisations: frozenset[str], own: str | None, cell: Cell, note: Note) -> str:
    name = cells.plain_text(cell, note) or own
    if not name:
        raise CellFault("missing_organisation")
    if name not in organisations:
        raise CellFault("unknown_organisation")
    return name


def _in_charge_of(remarks: Remarks, grade: Cell, group: Cell) -> tuple[str | None, str | None]:
    grade_text = remarks.read("grade", grade, cells.label_of)
    class_text = remarks.read("class", group, cells.label_of)
    both = labels.split(class_text) if class_text else None
    if both:
        return grade_text or both[0], both[1]
    return grade_text, labels.class_label(class_text) if class_text else None


def _demand(remarks: Remarks, post: str, grade: str | None, group: str | None) -> None:
    if post in ("class_teacher", "head_of_grade") and not grade and not remarks.has_fault("grade"):
        remarks.fault("grade", "missing_grade")
    if post == "class_teacher" and not group and not remarks.has_fault("class"):
        remarks.fault("class", "missing_class")


def _one_name_each(staff: StaffList) -> StaffList:
    """Keep out rows that give a number to a second name, and take a row that is there twice once."""
    first: dict[str, StaffRow] = {}
    kept: dict[StaffRow, StaffRow] = {}
    faults: list[RowFault] = []
    notes: list[RowNote] = []
    for post in staff.entries:
        known = first.setdefault(post.number, post)
        same = kept.get(replace(post, row=0))
        if known.name != post.name:
            faults.append(RowFault(post.row, "number", "other_name", {"other": known.row}, found=shown(post.number)))
        elif same is not None:
            notes.append(RowNote(post.row, "number", "same_row", {"other": same.row}, found=shown(post.number)))
        else:
            kept[replace(post, row=0)] = post
    return staff.with_remarks(tuple(kept.values()), faults, notes)
