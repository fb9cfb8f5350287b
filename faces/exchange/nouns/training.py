"""Courses, when they were held, and who was there."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from faces.exchange import cells
from faces.exchange.faults import Fault
from faces.exchange.importing import AT_ONCE, Noun, Part, Setting, Written, register, repeated, unknown
from faces.exchange.nouns import known
from faces.exchange.tables import Column, Layout, Record
from faces.exchange.traces import Touched
from parties.models import Organisation
from training.enums import Audience
from training.models import Attendance, Certificate, Course, Session
from training.services import AttendanceDraft, hold_session, issue_certificates, open_course, record_attendance

AUDIENCES: Final = {
    "第三方机构": Audience.FIRMS,
    "专家": Audience.EXPERTS,
    "预算单位": Audience.UNITS,
    "本局人员": Audience.STAFF,
}
TITLE: Final = Column("title", "课程名称", cells.text(120))
DAY: Final = Column("day", "日期", cells.day)
COURSES: Final = Layout(
    "课程", (TITLE, Column("audience", "对象", cells.one_of(AUDIENCES)), Column("hours", "学时", cells.tenths(1000)))
)
SESSIONS: Final = Layout(
    "场次",
    (
        TITLE,
        DAY,
        Column("place", "地点", cells.text(120)),
        Column("teacher", "授课人", cells.text(120), required=False, default=""),
    ),
)
ATTENDANCE: Final = Layout(
    "参训",
    (
        TITLE,
        DAY,
        Column("name", "姓名", cells.name),
        Column("id_number", "身份证号", cells.id_number),
        Column("body", "代表单位", cells.code(20), required=False, default=""),
        Column("hours", "学时", cells.tenths(1000), required=False),
        Column("certified", "发证", cells.yes_no, required=False, default=False),
    ),
)


def check_courses(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: a course twice."""
    setting.bring("course", (row["title"] for row in rows))
    yield from repeated(rows, "title")


def write_courses(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the courses that are not there yet."""
    before = set(Course.objects.filter(bureau=setting.bureau).values_list("title", flat=True))
    fresh = [row for row in rows if row["title"] not in before]
    for row in fresh:
        open_course(
            bureau=setting.bureau,
            title=row["title"],
            audience=row["audience"],
            hours_tenths=row["hours"],
            words="",
            by=setting.by,
            on=setting.on,
        )
    return Written(len(fresh), len(rows) - len(fresh))


def check_sessions(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown courses, a course twice a day."""
    titles = {*Course.objects.filter(bureau=setting.bureau).values_list("title", flat=True)}
    yield from unknown(rows, "title", titles | setting.brought.get("course", set()), _("There is no course %(code)s."))
    yield from repeated(rows, "title", "day")
    setting.bring("session", (f"{row['title']} {row['day']}" for row in rows))


def write_sessions(rows: Sequence[Record], setting: Setting) -> Written:
    """Write the sessions that are not there yet."""
    courses = {row.title: row for row in Course.objects.filter(bureau=setting.bureau)}
    created = 0
    for row in rows:
        course = courses[row["title"]]
        if not course.sessions.filter(held_on=row["day"]).exists():
            hold_session(
                course=course,
                held_on=row["day"],
                place=row["place"],
                teacher=row["teacher"],
                by=setting.by,
                on=row["day"],
            )
            created += 1
    return Written(created, len(rows) - created)


def check_attendance(rows: Sequence[Record], setting: Setting) -> Iterator[Fault]:
    """Yield faults: unknown sessions, people and bodies; somebody twice in a session."""
    there = Session.objects.filter(course__bureau=setting.bureau).values_list("course__title", "held_on")
    sessions = {f"{title} {day}" for title, day in there} | setting.brought.get("session", set())
    yield from repeated(rows, "id_number", "title", "day")
    bodies = known.body_codes(setting.bureau) | known.firm_numbers(setting.bureau)
    people = known.persons(setting.bureau, (row["id_number"] for row in rows))
    for row in rows:
        if f"{row['title']} {row['day']}" not in sessions:
            yield row.fault("title", _("The course was not held on that day."), "unknown")
        if row["id_number"] not in people:
            yield row.fault("id_number", _("Nobody with this ID number is known here."), "unknown")
    yield from unknown(rows, "body", bodies, _("There is no body with the code %(code)s."))


def write_attendance(rows: Sequence[Record], setting: Setting) -> Written:
    """Write who was there; where the sheet says so, whoever attended the whole course gets a certificate."""
    bodies = _bodies(rows, setting)
    people = known.persons(setting.bureau, (row["id_number"] for row in rows))
    sessions = {
        (row.course.title, row.held_on): row
        for row in Session.objects.filter(course__bureau=setting.bureau).select_related("course")
    }
    before = Attendance.objects.filter(session__course__bureau=setting.bureau).count()
    ordered = sorted(rows, key=lambda row: (row["title"], row["day"]))
    for place, group in groupby(ordered, key=lambda row: (row["title"], row["day"])):
        seats = list(group)
        drafts = [AttendanceDraft(people[row["id_number"]], bodies.get(row["body"]), row["hours"]) for row in seats]
        record_attendance(session=sessions[place], drafts=drafts, by=setting.by, on=place[1])
        if any(row["certified"] for row in seats):
            issue_certificates(session=sessions[place], by=setting.by, on=place[1])
    created = Attendance.objects.filter(session__course__bureau=setting.bureau).count() - before
    return Written(created, len(rows) - created)


def touched_courses(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return the courses of the rows."""
    return [Touched(Course.objects.filter(bureau=setting.bureau, title__in=[row["title"] for row in rows]))]


def touched_sessions(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return when the courses were held."""
    titles = [row["title"] for row in rows]
    return [Touched(Session.objects.filter(course__bureau=setting.bureau, course__title__in=titles))]


def touched_attendance(rows: Sequence[Record], setting: Setting) -> list[Touched]:
    """Return who was there, with their certificates."""
    sessions = touched_sessions(rows, setting)[0].rows
    seats = Attendance.objects.filter(session__in=sessions)
    return [
        Touched(seats, "person__name", {"hours_tenths": "学时"}),
        Touched(Certificate.objects.filter(attendance__in=seats)),
    ]


def _bodies(rows: Sequence[Record], setting: Setting) -> dict[str, Organisation]:
    codes = {row["body"] for row in rows}
    firms = {number: firm.organisation for number, firm in known.firms(setting.bureau, codes).items()}
    return {**known.bodies(setting.bureau, codes), **firms}


NOUN: Final = register(
    Noun(
        "training",
        gettext_lazy("courses and attendance"),
        (
            Part(COURSES, write_courses, check_courses, touched_courses),
            Part(SESSIONS, write_sessions, check_sessions, touched_sessions),
            Part(ATTENDANCE, write_attendance, check_attendance, touched_attendance, AT_ONCE),
        ),
    )
)
