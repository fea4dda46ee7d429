"""What the invented people wrote. Nobody in here exists, and nothing in here happened."""

_OK = {"safe_now": "yes", "urgency": "this_week"}

SLEEPLESS = {
    **_OK, "seen": "连续两周上课趴着，问她说“晚上睡不着”。课间不再和同桌一起玩，作业最后几题空着。",
    "families": ["mood", "eating_sleep"], "since": "longer", "when_where": "教室，主要是上午前两节",
    "with_whom": "同桌周围都在", "done": "和她单独聊了五分钟，告诉她可以去心灵屋。", "guardian_told": "no",
}
SCRATCHES = {
    "safe_now": "unsure", "urgency": "today",
    "seen": "换体育服时看到左手小臂有几道新的划痕。问起时他把袖子放下，说“没事，蹭的”。",
    "families": ["self_harm", "mood"], "since": "two_weeks", "when_where": "今天早上更衣室",
    "with_whom": "副班主任陪着", "injury": "light", "plan": "unknown", "means": "unknown",
    "done": "请副班主任陪同，没有追问。", "guardian_told": "no",
}
REFUSES = {
    **_OK, "seen": "开学以来第六次在校门口哭，不肯进来，说肚子疼；进教室后一上午不说话。",
    "families": ["mood", "family"], "since": "longer", "when_where": "校门口，早上七点五十",
    "with_whom": "奶奶送来，之后在我身边", "done": "和奶奶约了见面。", "guardian_told": "yes",
}
HOMEWORK = {
    **_OK, "seen": "这周三次没交数学作业，问他说本子丢了。", "families": ["learning"], "since": "days",
    "when_where": "数学课", "guardian_told": "yes",
}
ALONE = {
    **_OK, "seen": "分组活动时没有同学愿意和他一组，他自己坐到最后一排，一直低着头。",
    "families": ["peers", "mood"], "since": "longer", "when_where": "班会课", "with_whom": "我在教室",
}
QUARREL = {
    **_OK, "seen": "课间和两位同学争吵，把别人的文具扔到窗外，事后说“反正没人站我这边”。",
    "families": ["behaviour", "peers"], "since": "longer", "when_where": "二楼走廊", "with_whom": "班长陪着",
}
TIRED = {
    **_OK, "seen": "午饭几乎没动，连着三天了。问起来只说“不饿”。体育课也请假坐在一边。",
    "families": ["eating_sleep", "mood"], "since": "longer", "when_where": "食堂", "with_whom": "同桌陪着",
}
WORDS_HEARD = {
    "safe_now": "unsure", "urgency": "today",
    "seen": "同学告诉我，她在本子上写了“不想再醒过来”。本子我没有翻，还给她了。",
    "families": ["self_harm", "mood"], "since": "days", "when_where": "第二节课后", "with_whom": "音乐老师陪着",
    "plan": "unknown", "means": "unknown", "done": "没有让她独自一人，已打电话到心灵屋。", "guardian_told": "no",
}
EATING = {
    **_OK, "seen": "两个月里明显变瘦，午饭后常去洗手间很久，体育课头晕过一次。", "families": ["eating_sleep"],
    "since": "longer", "when_where": "食堂和操场", "with_whom": "室友", "guardian_told": "yes",
}
AT_HOME = {
    "safe_now": "unsure", "urgency": "today", "seen": "周一来校时脸颊有淤青，说是“撞到门”，提到周末时发抖，不肯放学。",
    "families": ["abuse", "family"], "since": "two_weeks", "when_where": "早读", "with_whom": "我陪着",
    "guardian_told": "better_not",
}
EXAMS = {
    **_OK, "seen": "月考前说手抖、记不住，交卷前哭了一会儿，考完就好些。", "families": ["learning", "mood"],
    "since": "two_weeks", "when_where": "考场", "with_whom": "同学", "guardian_told": "yes",
}

WHY_YELLOW = "持续低落并伴睡眠问题，影响学习，目前安全。"
WHY_ORANGE = "有反复自伤迹象，目前有人陪伴，需当天面谈并每周复核。"
WHY_ORANGE_SCHOOL = "拒学超过一个月，家庭压力大，需要专业支持。"
WHY_YELLOW_EATING = "饮食问题持续两月，建议就医评估。"
WHY_ORANGE_HOME = "不能排除在家中受到伤害。"
WHY_BLUE = "考试焦虑，处于日常范围。"
WHY_STILL_ORANGE = "本周复核：情况平稳，等级暂不变。"
WHY_LOWER = "连续三周正常到校，情绪平稳，家庭配合。"
LINE_IN_HAND = "已收到，正在处理。请留意她上午的精神和午休情况，有变化随时告诉我们。"
LINE_STAY_NEAR = "已在处理。这几天课间请有老师在附近，不追问伤口。"
QUESTION = "他和哪几位同学走得近一些？家里最近有没有变动？"
PLEASE_SEE = "两周内第二次冲突，请辅导室看看。"
CLOSED = "本子确实丢了，已补买，三天作业都补齐。"
FOLLOW_UP = "两周后再谈一次，家长每周日反馈睡眠。"

SESSIONS = (
    {
        "place": "心灵屋", "confidentiality_explained": True, "effect_before": 3, "effect_after": 5,
        "concern": "“晚上一闭眼就想作业没写完。”", "observation": "说话声音小，提到妈妈换工作时停顿较久。",
        "assessment": "没有想死或伤害自己的念头；和奶奶关系好，愿意再来。",
        "goals": "十一点前能睡着；每天有一件愿意做的事。",
        "process": "认识睡眠，画“一天的时间饼”。", "homework": "睡眠日记，写三天。",
    },
    {
        "place": "心灵屋", "confidentiality_explained": True, "effect_before": 4, "effect_after": 6,
        "concern": "“日记写了，星期二最好，因为和奶奶散步。”", "observation": "主动带来日记，愿意看着人说话。",
        "assessment": "睡前使用手机约一小时；白天困倦减轻。", "goals": "睡前半小时不看手机。",
        "process": "一起找出睡得好的那几天有什么不同。", "homework": "继续日记，睡前换成听故事。",
    },
    {
        "place": "会谈室", "confidentiality_explained": True,
        "concern": "妈妈说最近上夜班，孩子常等到十点多。", "observation": "妈妈愿意配合，奶奶同来。",
        "process": "说明睡眠与情绪的关系，商定由奶奶陪睡前半小时。", "homework": "周日晚上发一句睡眠情况。",
    },
    {
        "place": "心灵屋", "confidentiality_explained": True, "effect_before": 6, "effect_after": 7,
        "concern": "“我和小雨又一起跳绳了。”", "observation": "笑了几次，坐姿放松。",
        "assessment": "睡眠恢复到十点半左右，情绪平稳。",
        "goals": "转入随访。", "process": "回顾三次记录，比较刻度变化。",
        "homework": "把有用的三件事写成卡片。",
    },
)
DRAFT = {"place": "心灵屋", "concern": "“周末又晚睡了一次，因为表姐来了。”", "observation": "精神不错。"}
OVERVIEW = {
    "family": "与妈妈、奶奶同住；爸爸在外地工作，每月回来一次。", "development": "体检正常（家长述）。",
    "strengths": "画画、跳绳；愿意帮助同学。", "trusted_adults": "奶奶、班主任。",
    "school": "9 月中旬起上午犯困，作业拖延。", "plan": "目标：十一点前入睡。措施：睡前无手机、奶奶陪伴。每两周复核。",
}
NOTE = "妈妈换夜班这件事，下次可以单独和奶奶谈谈。"
ADDENDUM = "班主任反馈：本周上午没有再趴桌。"
CRISIS = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 2, "effect_after": 4,
    "concern": "“难受的时候划一下，就不那么闷。”", "observation": "划痕表浅，已结痂；说话时一直看着门。",
    "assessment": "有伤害自己的行为，没有结束生命的计划；用的是美工刀，放在家里书桌。支持：外婆。",
    "goals": "难受时先找人。",
    "process": "一起写安全卡：三件可以做的事、三个可以找的人。", "homework": "安全卡放在笔袋里。",
    "whom_to_tell": "告知年级主任和班主任需要做什么，不说原话；监护人当天告知，美工刀由外婆收好。",
}
AFTER_CRISIS = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 3, "effect_after": 4,
    "concern": "“昨天没划，打了电话给外婆。”", "observation": "带着安全卡。", "assessment": "冲动仍有，次数减少。",
    "goals": "一周不使用工具。", "process": "练习“冰块和数数”。", "homework": "记录每次难受时做了什么。",
}
PACKET = {
    "reason": "反复自伤，校内支持两周后冲动仍在，需要专业评估。",
    "summary": "四年级男生，情绪低落，手臂表浅划痕；目前有人陪伴，刀具已由外婆收好。",
    "tried": "两次会谈、安全卡、监护人当天到校、课间有老师在附近。", "questions": "是否建议就医？校内还可以做什么？",
    "resources": "外婆支持好；喜欢画画。", "student_told": "yes",
}
PACKET_CONSENT = {
    "reason": "拒学一个多月，家庭需要支持。", "summary": "四年级学生，早晨分离困难，母亲外出务工，由奶奶照顾。",
    "tried": "到校门口接、半天到校、与奶奶每周沟通。", "questions": "如何安排逐步返校？",
    "resources": "奶奶配合；和一位同学要好。", "student_told": "yes", "consent": "母亲，电话同意，班主任在场。",
}
PACKET_EATING = {
    "reason": "饮食问题持续两月，出现头晕。", "summary": "初一学生，进食减少，体重下降，情绪尚稳。",
    "tried": "一次会谈，校医测量，家长到校。", "questions": "是否需要转介医院？如何与家长说明？",
    "resources": "父母愿意配合。", "student_told": "yes", "consent": "父亲，到校面谈时同意并签字。",
}
ADVICE = "建议两周内逐步返校：先到心灵屋，再进教室；每天固定一位老师迎接；家庭早晨减少催促。每周复核一次。"
RETURNED = "共面谈三次，家庭配合，已能全天到校。建议学校继续每周关注，期末再评估一次。"
AT_THE_GATE = {
    "place": "校门口、心灵屋", "confidentiality_explained": True, "effect_before": 2, "effect_after": 3,
    "concern": "“妈妈走的那天早上也下雨。”", "observation": "抱着书包不松手，十分钟后平静。",
    "assessment": "没有伤害自己的念头；分离焦虑明显。",
    "goals": "早上能走进校门。", "process": "约定每天由我到门口接。",
    "homework": "和奶奶一起准备早晨的“三步”。",
}
BACK_IN_CLASS = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 6, "effect_after": 7,
    "concern": "“现在我自己走进来。”", "observation": "主动说起好朋友。", "assessment": "稳定，继续随访。",
    "goals": "保持全天到校。", "process": "回顾这两个月的变化。", "homework": "给妈妈写一张明信片。",
}
AT_LUNCH = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 4, "effect_after": 4,
    "concern": "“我觉得自己太胖了。”",
    "observation": "面色苍白，衣服宽大。", "assessment": "建议就医评估；没有伤害自己的念头。",
    "goals": "愿意和父母一起去看医生。", "process": "谈身体信号。", "homework": "三餐各吃一点，记下感受。",
}
FIRST_WORDS = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 2, "effect_after": 3,
    "concern": "“我说了会更糟。”", "observation": "左脸颊淤青，听到关门声会一颤。",
    "assessment": "不能排除在家中受到伤害；今天不宜独自回家。", "goals": "有安全的地方过夜。",
    "process": "不追问细节，说明会有人帮忙。", "whom_to_tell": "按强制报告要求处理，只告知必要的人。",
}
BEFORE_EXAMS = {
    "place": "心灵屋", "confidentiality_explained": True, "effect_before": 4, "effect_after": 7,
    "concern": "“一看到卷子脑子就空了。”", "observation": "呼吸快，讲完后放松。", "assessment": "考试焦虑，日常范围。",
    "goals": "考前会用呼吸法。", "process": "腹式呼吸、拆题练习。", "homework": "每天练三次。",
}
BOX_HOURS = "上学日中午 12:00 由心理老师开箱，当天或次日回信。晚上和周末没有人看，急事请打下面的电话，或告诉身边大人。"
LETTER_ALONE = "转学过来两个月了，下课大家都有自己的小圈子，我不知道怎么加进去。体育课分组每次都剩下我。"
ANSWER_ALONE = (
    "谢谢你写信来，你愿意说出来，这很好。刚到新班级，看着别人三三两两，心里会空落落的。"
    "想多了解一点：班里有没有谁让你觉得比较好说话？愿意的话，中午也可以来心灵屋坐坐，门开着。"
)
LETTER_ALONE_MORE = "我的同桌人挺好的，借过我橡皮。我明天中午想来看看，可以不说名字吗？"
ANSWER_ALONE_MORE = "可以，来了说一声“橡皮”我就知道是你。我们一起想想，怎么从同桌开始。"
LETTER_CANTEEN = "三楼的班级下楼晚，打到饭时菜常常凉了，能不能让各年级轮流先吃？"
ANSWER_CANTEEN = "建议收到，说得有道理。下周一起三个年级轮换先用餐，试行两周后再听你们的意见。"
LETTER_SEAT = "老师能不能不要按成绩排座位？我坐最后一排，看不清也不敢说。"
LETTER_FRIEND = "我有一个朋友，她手臂上有好多道划痕，说是猫抓的，可是她家没有养猫。她叫我不要告诉别人。我该怎么办？"
SEALED_NAME = "陆思齐"
LETTER_FIELD = "放学后操场五点就锁门了，能不能晚半小时？"
DOCUMENT = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj\n"
    b"4 0 obj<</Length 58>>stream\nBT /F1 16 Tf 40 120 Td (Sleep diary, invented sample) Tj ET\nendstream endobj\n"
    b"5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)

WHY_ASKED = "最近课间总是一个人，问她只说没事。想请老师约个时间聊聊。"

GROUP_THEME = "新集体，新朋友：交往小组"
