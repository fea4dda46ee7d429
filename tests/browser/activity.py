"""What happened in the world before the browsers open: something of every kind, so that no page is empty."""

import io
from uuid import UUID

from app.escalation import hand_overs, service
from app.files import service as files
from tests.escalation.telling import EVERYDAY, IN_DANGER, LOW_MOOD, PACKET, SELF_HARM, Story
from tests.files import steps
from tests.world import World

SEEN = (
    "连续两周午饭几乎不吃，课间一个人趴在桌上。今天体育课他说“反正没人会想我”。\n"
    "我陪他坐了一会儿，他愿意和我说话，但不愿意让家里知道。"
)
SESSION = {
    "concern": "他说最近睡不着，凌晨两点还醒着。", "observation": "语速慢，愿意交谈，谈到弟弟时笑了一次。",
    "assessment": "无自伤计划；有可信任的大人：外婆和数学老师。", "process": "一起画了睡眠日记，约好每天记一行。",
}


def happen(world: World) -> None:
    """Let the cast work for a while."""
    _reviewed_by_gao(world)
    _in_support(world)
    _at_the_centre(world)
    _proposed_to_close(world)
    Story(world).raised("nora", {**IN_DANGER, "seen": SEEN}, about="ivo")


def _reviewed_by_gao(world: World) -> None:
    Story(world).raised("cruz", {**LOW_MOOD, "seen": SEEN, "done": "陪他坐了一会儿。"})
    asked = Story(world).raised("moss", {**EVERYDAY, "families": ["peers", "learning"]}, about="zoe")
    asked.does("gao", service.acknowledge)
    asked.does("gao", service.ask, question="课间之外也是一个人吗？")
    closed = Story(world).raised("cruz", EVERYDAY, about="rui")
    closed.does("gao", service.acknowledge)
    closed.does("gao", service.close_by_grade, reason="与同桌和好，班主任继续留意。")


def _in_support(world: World) -> None:
    story = Story(world).raised("cruz", {**SELF_HARM, "seen": SEEN}, about="rui")
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="有自伤行为，无计划；已约定安全措施。")
    story.does("lin", service.give_feedback, words="已接手，请留意午休时间。")
    file_id = _file_of(world, "rui")
    entry_id = steps.draft(world, "lin", file_id, SESSION)
    with world.acting("lin") as lin:
        files.sign_entry(steps.entry(entry_id), revision=1, by=lin)
        files.add_attachment(steps.file(file_id), source=io.BytesIO(b"%PDF-1.4 drawing"), name="画.pdf", by=lin)
        files.save_note(steps.file(file_id), text="下次先问睡眠。", by=lin)
    steps.add(world, "lin", entry_id, "母亲来电：昨晚睡了六小时。")
    steps.draft(world, "lin", file_id, {"concern": "睡眠日记带来了。"})
    steps.give_reason(world, "bo", file_id)


def _at_the_centre(world: World) -> None:
    story = Story(world).raised("nora", {**SELF_HARM, "seen": SEEN}, about="ivo")
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="多次自伤，需要更专业的支持。")
    entry_id = steps.signed(world, "lin", _file_of(world, "ivo"), SESSION["concern"])
    story.does("lin", hand_overs.offer, basis="SELF_HARM", packet=PACKET, entry_ids=[entry_id])
    answered = Story(world).raised("quill", {**LOW_MOOD, "seen": SEEN}, about="kai")
    answered.does("tan", service.accept)
    answered.does("tan", hand_overs.offer, basis="CONSENT", packet={**PACKET, "consent": "母亲电话同意"})
    answered.does("dee", hand_overs.accept_by_centre)
    answered.does("dee", hand_overs.advise, advice="每周一次，关注睡眠。")


def _proposed_to_close(world: World) -> None:
    story = Story(world).raised("moss", {**SELF_HARM, "seen": SEEN}, about="zoe")
    story.does("lin", service.accept)
    story.does("lin", service.assess, level="R3", reason="有自伤的话，无计划。")
    story.does("lin", service.close, reason="三周没有新的情况，家校知情。")


def _file_of(world: World, name: str) -> UUID:
    return steps.open_file(world, "lin", name)
