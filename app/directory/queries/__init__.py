"""Finding students, classes and people, only within what the person who asks is in charge of."""

from app.directory.queries.classes import (
    PlacedClass,
    classes_in,
    get_class,
    get_classes,
    named_classes,
    visible_classes,
)
from app.directory.queries.contacts import contacts_of, contacts_open_to, get_line_and_contacts, readers_of_contacts
from app.directory.queries.lines import (
    MOST_FOUND,
    find_students,
    get_line,
    lines_of_class,
    lines_of_school,
    lines_of_students,
    names_of_students,
    visible_lines,
)
from app.directory.queries.organisations import (
    calendar_of,
    centre_of,
    get_organisation,
    grades_of,
    names_of_organisations,
    organisations_of,
    today_at,
)
from app.directory.queries.posts import (
    current_posts,
    ended_posts,
    holders_of,
    names_of,
    people_in_post,
    posts_at,
    posts_held,
    posts_of,
)
from app.directory.queries.sealed_pages import DirectoryLine
from app.directory.queries.students import PlacedStudent, get_placed_student, get_student, placed_students

__all__ = [
    "MOST_FOUND",
    "DirectoryLine",
    "PlacedClass",
    "PlacedStudent",
    "calendar_of",
    "centre_of",
    "classes_in",
    "contacts_of",
    "contacts_open_to",
    "current_posts",
    "ended_posts",
    "find_students",
    "get_class",
    "get_classes",
    "get_line",
    "get_line_and_contacts",
    "get_organisation",
    "get_placed_student",
    "get_student",
    "grades_of",
    "holders_of",
    "lines_of_class",
    "lines_of_school",
    "lines_of_students",
    "named_classes",
    "names_of",
    "names_of_organisations",
    "names_of_students",
    "organisations_of",
    "people_in_post",
    "placed_students",
    "posts_at",
    "posts_held",
    "posts_of",
    "readers_of_contacts",
    "today_at",
    "visible_classes",
    "visible_lines",
]
