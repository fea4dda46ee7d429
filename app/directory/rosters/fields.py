"""What the columns of a school's lists hold, and the headings schools give them."""

from dataclasses import dataclass

from app.core.words import N_


@dataclass(frozen=True, slots=True)
class Field:
    """A fact that a column may hold; `words` name it on pages, `headings` are written as `bare` leaves them."""

    name: str
    words: str
    headings: tuple[str, ...]
    required: bool = False


STUDENT_FIELDS = (
    Field(
        "number",
        N_("Student number"),
        (
            "学籍号", "学号", "学生编号", "学籍编号", "学生学籍号", "全国学籍号", "学籍辅号", "学生学号", "编号",
            "studentnumber", "studentno", "studentid", "number", "no", "id",
        ),
        required=True,
    ),
    Field(
        "name",
        N_("Full name"),
        ("姓名", "学生姓名", "名字", "学生", "学生名字", "name", "studentname", "fullname", "student"),
        required=True,
    ),
    Field("gender", N_("Gender"), ("性别", "学生性别", "gender", "sex")),
    Field(
        "born",
        N_("Date of birth"),
        (
            "出生日期", "生日", "出生年月", "出生年月日", "出生时间", "dateofbirth", "birthdate", "birthday", "dob",
            "born",
        ),
    ),
    Field("grade", N_("Grade"), ("年级", "所在年级", "年级名称", "就读年级", "grade", "year", "yeargroup")),
    Field(
        "class",
        N_("Class"),
        ("班级", "班", "所在班级", "班级名称", "就读班级", "行政班", "班号", "年级班级", "class", "form", "homeroom"),
        required=True,
    ),
    Field(
        "boarding",
        N_("Boarding"),
        ("是否寄宿", "寄宿", "住宿", "是否住宿", "是否住校", "住校", "寄宿生", "是否寄宿生", "boarding", "boarder"),
    ),
    Field(
        "left_behind",
        N_("Left-behind child"),
        (
            "是否留守儿童", "留守儿童", "留守", "是否留守", "leftbehind", "leftbehindchild",
            "parentsawayforwork",
        ),
    ),
    Field(
        "guardian",
        N_("Guardian"),
        (
            "监护人姓名", "家长姓名", "监护人", "家长", "第一监护人", "第一监护人姓名", "家长监护人姓名", "guardian",
            "guardianname", "parent", "parentname",
        ),
    ),
    Field(
        "relation",
        N_("Relation to the student"),
        (
            "监护人关系", "与学生关系", "关系", "家长关系", "与监护人关系", "监护人与学生关系", "亲属关系", "称谓",
            "relation", "relationship", "guardianrelation", "guardianrelationship",
        ),
    ),
    Field(
        "phones",
        N_("Guardian's telephone"),
        (
            "监护人电话", "联系电话", "家长电话", "监护人联系电话", "家长联系电话", "联系方式", "监护人联系方式",
            "家长联系方式", "监护人手机", "家长手机", "手机", "手机号", "手机号码", "电话", "电话号码", "监护人手机号",
            "guardianphone", "parentphone", "phone", "telephone", "mobile", "contact",
        ),
    ),
    Field(
        "address",
        N_("Home address"),
        ("家庭住址", "住址", "家庭地址", "现住址", "地址", "居住地址", "address", "homeaddress"),
    ),
)

STAFF_FIELDS = (
    Field(
        "number",
        N_("Staff number"),
        (
            "工号", "教师编号", "职工号", "教工号", "员工号", "编号", "教职工号", "staffnumber", "staffno", "staffid",
            "number", "no", "id",
        ),
        required=True,
    ),
    Field(
        "name",
        N_("Full name"),
        ("姓名", "教师姓名", "名字", "教职工姓名", "教师", "name", "fullname", "staffname"),
        required=True,
    ),
    Field(
        "organisation",
        N_("Organisation"),
        (
            "单位", "学校", "所在单位", "工作单位", "单位名称", "学校名称", "所在学校", "organisation", "organization",
            "school",
        ),
    ),
    Field(
        "post",
        N_("Post"),
        ("岗位", "职务", "角色", "岗位名称", "担任职务", "post", "role", "position"),
        required=True,
    ),
    Field("grade", N_("Grade in charge of"), ("负责年级", "年级", "所带年级", "任教年级", "grade", "gradeinchargeof")),
    Field("class", N_("Class in charge of"), ("负责班级", "班级", "所带班级", "任教班级", "class", "classinchargeof")),
    Field("mail", N_("Mail address"), ("邮箱", "电子邮箱", "邮件", "电子邮件", "email", "mail", "emailaddress")),
)
