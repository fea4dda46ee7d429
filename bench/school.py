"""The installation that is measured: the cast of the tests at a school of 3,000, and one file with 200 entries."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from app.access import Actor
from app.core import clock
from app.core.database import Database, session
from app.core.ids import new_id
from app.directory import service as directory
from app.directory.importing.register import Place, Register
from app.directory.models import Organisation
from app.directory.pinyin import reading
from app.directory.queries import get_placed_student
from app.escalation import service as escalation
from app.files import service as files
from app.notifications.service import see_everything
from app.vault import opening_info
from app.vault.passwords import PASSWORDS
from config.settings import Settings
from tests.databases import Installation, SqliteFiles, migrated
from tests.world import World, build

STUDENTS = 3000
ENTRIES = 200
CONCERNS = 60
GRADES = ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")
CLASSES = tuple(f"{number}班" for number in range(3, 16))
_SURNAMES = "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程魏苏吕丁任沈"
_GIVEN = "子涵一诺梓轩宇浩然欣怡思雨佳琪嘉懿晨曦若瑞凯文博雅静婷俊杰明远志强小红天乐安琪可心语桐沐泽铭皓月清"
_SENTENCES = (
    "学生主动来到心灵屋，说最近晚上睡不好，早上起来很累。",
    "谈到和同桌的争执时声音变小，停顿较多，随后愿意继续说。",
    "约定本周记录三次睡前做了什么，下次一起看。",
    "没有伤害自己的想法；遇到难受的时候会先找班主任或者妈妈。",
)


@dataclass(frozen=True)
class School:
    """What the measurements ask for: where it is kept, the cast, the file with a draft to save, other students."""

    installation: Installation
    world: World
    file_id: UUID
    student_id: UUID
    entry_id: UUID
    draft_id: UUID
    students: tuple[UUID, ...]

    def settings(self, **changes: Any) -> Settings:
        """Return the settings of a start in demo mode, where a password alone signs in."""
        return settings_of(self.installation, **changes)


def settings_of(installation: Installation, **changes: Any) -> Settings:
    """Return what create_app needs; a password costs what it costs in production."""
    return installation.settings(demo=True, password_memory_kib=PASSWORDS.memory_kib, **changes)


def open_database(settings: Settings) -> Database:
    """Return an installation's database with what every session carries."""
    info = opening_info(
        server_key_file=settings.server_key_file,
        root_public_file=settings.root_public_file,
        password_memory_kib=settings.password_memory_kib,
    )
    return Database(settings.database_url, info={**info, "demo": settings.demo})


def make_school(folder: Path) -> School:
    """Build the installation through the product's own services."""
    installation = migrated(SqliteFiles(), folder)
    database = open_database(settings_of(installation))
    world = build(database)
    with world.acting("sam") as sam:
        students = _enrol_students(world, by=sam)
        student = students[STUDENTS // 2]
    with world.acting("lin") as lin:
        file = files.open_file(student_id=student, school_id=world.school, by=lin)
        files.change_overview(file, sections=overview(), revision=file.revision, by=lin)
        entries = list(_entries(file, by=lin))
        draft = files.begin_entry(file, kind="follow_up", started_at=clock.now(), body=body(ENTRIES), by=lin)
    _raise_concerns(world, students)
    others = tuple(one for one in _of_grade(students, 4) if one != student)
    return School(installation, world, file.id, student, entries[-1], draft.id, others[CONCERNS:])


def _enrol_students(world: World, *, by: Actor) -> list[UUID]:
    register = Register(session().get_one(Organisation, world.school), by=by)
    classes = _classes(world.school)
    names, enrolled = _names(), []
    for seat in range(STUDENTS):
        name = next(names)
        facts = {"born": "2015-05-04", "guardian": f"{name}的母亲", "phones": ["19900001402"]}
        enrolled.append(new_id())
        register.put(
            enrolled[-1],
            Place(classes[seat % len(classes)], f"G2024{seat:05}", name, reading(name), date(2023, 9, 1), None, facts),
        )
    register.seal()
    return enrolled


def _classes(school_id: UUID) -> list[UUID]:
    made = []
    for position, label in enumerate(GRADES):
        grade = directory.ensure_grade(school_id=school_id, label=label)
        grade.position = position
        made += [directory.ensure_class(grade=grade, label=each).id for each in CLASSES]
    return made


def _entries(file: Any, *, by: Actor) -> Iterator[UUID]:
    began = clock.now() - timedelta(days=7 * ENTRIES)
    for number in range(ENTRIES):
        moment = began + timedelta(days=7 * number)
        with clock.at(moment):
            entry = files.begin_entry(
                file, kind="first" if number == 0 else "follow_up", started_at=moment, body=body(number), by=by
            )
            files.sign_entry(entry, revision=entry.revision, by=by)
        yield entry.id


def _raise_concerns(world: World, students: list[UUID]) -> None:
    """Raise concerns that the room owns at once, a quarter of an hour apart."""
    for number, student_id in enumerate(_of_grade(students, 3)[:CONCERNS]):
        raised_at = clock.now() - timedelta(minutes=15 * number)
        with clock.at(raised_at), world.acting("sol") as sol:
            student = get_placed_student(student_id)
            assert student is not None
            escalation.raise_concern(student, account=account("self_harm"), by=sol)
    with world.acting("lin") as lin:
        see_everything(by=lin)


def _of_grade(students: list[UUID], grade: int) -> list[UUID]:
    return [one for seat, one in enumerate(students) if seat % (len(GRADES) * len(CLASSES)) // len(CLASSES) == grade]


def account(family: str) -> dict[str, Any]:
    """Return what a teacher saw, as the form of a concern gives it."""
    return {
        "safe_now": "yes", "seen": _SENTENCES[0] * 4, "families": [family], "since": "days", "urgency": "this_week",
        "with_whom": "同桌陪着", "when_where": "周二上午课间，在教室", "done": _SENTENCES[2], "guardian_told": "no",
    }


def body(number: int) -> dict[str, Any]:
    """Return a session of about 2 KB, as a counsellor writes one."""
    texts = ("concern", "observation", "assessment", "goals", "process", "homework")
    filled = {text: _SENTENCES[(number + place) % len(_SENTENCES)] * 4 for place, text in enumerate(texts)}
    return {**filled, "place": "心灵屋", "confidentiality_explained": True, "effect_before": 3, "effect_after": 6}


def overview() -> dict[str, str]:
    """Return the overview of a file, section by section."""
    sections = ("family", "development", "strengths", "trusted_adults", "school", "plan")
    return {section: _SENTENCES[place % len(_SENTENCES)] * 2 for place, section in enumerate(sections)}


def _names() -> Iterator[str]:
    drawn = random.Random(7)
    while True:
        yield drawn.choice(_SURNAMES) + "".join(drawn.choices(_GIVEN, k=drawn.choice((1, 2, 2))))
