"""Training: courses, their sessions, who attended, certificates."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import Count, Max, QuerySet
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from evaluators.models import Firm
from evaluators.selectors import staff_person_ids
from evaluators.selectors import visible_to as visible_firms
from experts.enums import ExpertStatus
from experts.selectors import visible_to as visible_experts
from faces.pages.bureau.fields import FirmField, UnitField
from faces.pages.bureau.firm_sections import full_day, hours_text
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.choices import RowsField, ask_choices
from faces.pages.shared.columns import Column
from faces.pages.shared.delivery_forms import day, textarea
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import ListPage, Sort
from faces.pages.shared.objects import OneObject
from faces.pages.shared.sections import Act, Cell, Grid, Layout, Section, SectionsPage
from foundation.accounts.enums import Capability
from foundation.accounts.permissions import may
from foundation.core.numbers import id_of
from foundation.rulesets.selectors import rules_for
from parties.models import BudgetUnit, Employment, Person
from parties.selectors import persons_visible_to, units_visible_to
from training.enums import Audience
from training.models import Course, Session
from training.selectors import attendances_visible_to
from training.selectors import visible_to as courses_visible_to
from training.services import AttendanceDraft, hold_session, issue_certificates, open_course, record_attendance

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django_stubs_ext import StrOrPromise

SHOWN = 100


def course_url(row: Course) -> str:
    """Return the page of a course."""
    return reverse("pages:course", args=[row.pk])


class CourseList(ListPage):
    """The courses."""

    audience, needs = "bureau", Capability.READ_ALL
    title = gettext_lazy("Training")
    template_name = "bureau/courses.html"
    columns = (
        Column(gettext_lazy("Course"), "title", key=True, link=course_url),
        Column(gettext_lazy("For"), "audience"),
        Column(gettext_lazy("Hours"), lambda row: hours_text(row.hours_tenths), num=True),
        Column(gettext_lazy("Last held on"), lambda row: full_day(row.last_held_on)),
        Column(gettext_lazy("Attended by"), "attended", num=True),
    )
    facets = (Facet("audience", gettext_lazy("For"), Audience.choices),)
    search_fields = ("title",)
    search_hint = gettext_lazy("Title")
    sorts = (Sort("new", gettext_lazy("Newest first"), ("-pk",)),)
    export_name = "courses"
    empty_title = gettext_lazy("No course yet")
    empty_text = gettext_lazy("Open a course, enter its sessions, then who attended; the hours count by themselves.")

    def rows(self) -> QuerySet[Course]:
        """Return the courses with how many attended."""
        rows = courses_visible_to(self.user)
        return rows.annotate(
            attended=Count("sessions__attendances", distinct=True), last_held_on=Max("sessions__held_on")
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Say whether this person keeps training."""
        return super().get_context_data(**({"may_train": may(self.user, Capability.TRAIN)} | kwargs))


class OneCourse(OneObject):
    """A visible course."""

    audience = "bureau"

    def rows(self) -> QuerySet[Course]:
        """Return the courses."""
        return courses_visible_to(self.user).select_related("bureau")


class CoursePage(OneCourse, SectionsPage):
    """One course: its sessions and who attended."""

    needs = Capability.READ_ALL

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Name the course in the title."""
        return super().get_context_data(**({"title": self.object.title} | kwargs))

    def layout(self) -> Layout:
        """Return sessions and people; beside them what the hours are for."""
        row: Course = self.object
        trains = may(self.user, Capability.TRAIN)
        act = Act(_("Enter a session"), reverse("pages:session-add", args=[row.pk]))
        needed = rules_for(bureau=row.bureau, on=self.today).value("training_hours")
        about: list[tuple[StrOrPromise, Cell | object]] = [
            (_("For"), row.get_audience_display()),
            (_("Hours"), hours_text(row.hours_tenths)),
        ]
        if row.words:
            about.append((pgettext("of a course", "About"), Cell(row.words, said=True)))
        note = _("%(hours)s hours a year are needed; the last full year decides.") % {"hours": needed}
        return Layout(
            crumbs=((_("Training"), reverse("pages:courses")),),
            meta=(row.get_audience_display(), _("%(hours)s hours") % {"hours": hours_text(row.hours_tenths)}),
            acts=(act,) if trains else (),
            main=(self._sessions(trains=trains), self._people()),
            beside=(Section(pgettext("of a course", "About"), pairs=about, note=note),),
        )

    def _sessions(self, *, trains: bool) -> Section:
        row: Course = self.object
        lines = []
        sessions = row.sessions.annotate(n=Count("attendances"), papers=Count("attendances__certificate"))
        for one in sessions.order_by("-held_on"):
            acts: tuple[Act, ...] = ()
            if trains:
                acts = (
                    Act(_("Who attended"), reverse("pages:attendance", args=[one.pk])),
                    Act(_("Certificates"), reverse("pages:certificates-give", args=[one.pk])),
                )
            lines.append(
                (full_day(one.held_on), one.place, one.teacher or "—", str(one.n), Cell(str(one.papers), acts=acts))
            )
        headings = (_("Day"), _("Place"), _("Teacher"), _("Attended by"), _("Certificates"))
        return Section(
            _("Sessions"),
            grid=Grid(headings, lines, frozenset({3, 4})),
            count=len(lines),
            empty=_("Not held yet. Enter the first session with the button above."),
        )

    def _people(self) -> Section:
        rows = attendances_visible_to(self.user).filter(session__course=self.object)
        rows = rows.select_related("person", "organisation", "session", "certificate")
        lines = [
            (
                Cell(one.person.name, reverse("pages:person", args=[one.person_id])),
                one.organisation.name if one.organisation else "—",
                full_day(one.session.held_on),
                hours_text(one.hours_tenths),
                one.certificate.code if hasattr(one, "certificate") else "—",
            )
            for one in rows.order_by("-session__held_on", "pk")[:SHOWN]
        ]
        headings = (_("Name"), _("Works for"), _("Day"), _("Hours"), _("Certificate"))
        return Section(
            _("Who attended"),
            grid=Grid(headings, lines, frozenset({3})),
            count=rows.count(),
            note=_("The newest %(count)d are shown.") % {"count": SHOWN} if len(lines) == SHOWN else "",
            empty=_("Nobody yet."),
        )


class CourseForm(ActionForm):
    """What is taught, for whom, how long."""

    title = forms.CharField(label=gettext_lazy("Course"), max_length=120)
    audience = forms.ChoiceField(label=gettext_lazy("For"), choices=Audience.choices, widget=forms.RadioSelect)
    hours = forms.DecimalField(
        label=gettext_lazy("Hours"), min_value=Decimal("0.5"), max_value=Decimal(200), decimal_places=1
    )
    words = forms.CharField(label=gettext_lazy("About"), required=False, max_length=500, widget=textarea(4))


class CourseAdd(FormPage):
    """Open a course."""

    audience, needs = "bureau", Capability.TRAIN
    title, submit_label = gettext_lazy("Open a course"), gettext_lazy("Open it")
    form_class = CourseForm
    made: Course | None = None

    def get_success_url(self) -> str:
        """Return the new course, before that the list."""
        return course_url(self.made) if self.made else reverse("pages:courses")

    def act(self, form: CourseForm) -> str:
        """Open it."""
        given = form.cleaned_data
        bureau = self.user.bureau
        assert bureau is not None  # noqa: S101 - who keeps training has a bureau
        self.made = open_course(
            bureau=bureau,
            title=given["title"],
            audience=Audience(given["audience"]),
            hours_tenths=int(given["hours"] * 10),
            words=given["words"],
            by=self.user,
            on=self.today,
        )
        return _("The course is open. Enter its first session.")


class SessionForm(ActionForm):
    """When, where, by whom."""

    held_on = forms.DateField(label=gettext_lazy("Day"), widget=day())
    place = forms.CharField(label=gettext_lazy("Place"), max_length=120)
    teacher = forms.CharField(label=gettext_lazy("Teacher"), required=False, max_length=120)


class SessionAdd(OneCourse, ActionView):
    """Enter one holding of a course."""

    needs = Capability.TRAIN
    title, submit_label = gettext_lazy("Enter a session"), gettext_lazy("Enter")
    form_class = SessionForm

    def object_url(self) -> str:
        """Return the course."""
        return course_url(self.object)

    def act(self, form: SessionForm) -> str:
        """Enter it."""
        hold_session(course=self.object, by=self.user, on=self.today, **form.cleaned_data)
        return _("The session is entered.")


class OneSession(OneObject):
    """A session of a visible course."""

    audience = "bureau"

    def rows(self) -> QuerySet[Session]:
        """Return the sessions of visible courses."""
        return Session.objects.filter(course__in=courses_visible_to(self.user)).select_related("course__bureau")


class PersonsField(RowsField[Person]):
    """Boxes to tick, one per person."""

    def label_from_instance(self, obj: Person) -> str:
        """Show the name, with the expert's number where he has one."""
        return f"{obj.name} {getattr(obj, 'mark', '')}".strip()


class FirmChoice(forms.Form):
    """The firm whose people are shown."""

    body = FirmField(label=gettext_lazy("Firm"), queryset=Firm.objects.none(), required=False)


class UnitChoice(forms.Form):
    """The unit whose people are shown."""

    body = UnitField(label=gettext_lazy("Unit"), queryset=BudgetUnit.objects.none(), required=False)


class AttendanceForm(ActionForm):
    """Who was there, for how long."""

    persons = PersonsField(
        label=gettext_lazy("Who attended"), queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    hours = forms.DecimalField(
        label=gettext_lazy("Hours"),
        required=False,
        min_value=Decimal(0),
        decimal_places=1,
        help_text=gettext_lazy("Empty: the whole course. A second entry for somebody replaces the first."),
    )


class AttendanceAdd(OneSession, ActionView):
    """Enter who attended a session: the experts of the pool, or the people of one firm or unit."""

    needs = Capability.TRAIN
    title, submit_label = gettext_lazy("Who attended"), gettext_lazy("Enter who attended")
    template_name = "bureau/attendance.html"
    form_class = AttendanceForm

    def object_url(self) -> str:
        """Return the course."""
        return course_url(self.object.course)

    @cached_property
    def body(self) -> Firm | BudgetUnit | None:
        """The firm or unit whose people are shown."""
        pk = id_of(self.request.GET.get("body", ""))
        return self.bodies().filter(pk=pk).first() if pk else None

    def bodies(self) -> QuerySet[Firm] | QuerySet[BudgetUnit]:
        """Return whose people can be shown: firms, or units for a course for units."""
        if self.object.course.audience == Audience.UNITS:
            return units_visible_to(self.user).select_related("organisation").order_by("code")
        return visible_firms(self.user).select_related("organisation").order_by("number")

    def get_form(self, form_class: Any = None) -> AttendanceForm:  # noqa: ANN401 - Django's signature
        """Offer the people who may have attended."""
        form: AttendanceForm = super().get_form(form_class)
        field = form.fields["persons"]
        if isinstance(field, PersonsField):
            field.queryset = self.people()
        return form

    def people(self) -> QuerySet[Person]:
        """Return the people of the chosen firm or unit; for experts, those of the pool."""
        rows = persons_visible_to(self.user).order_by("sort_key", "pk")
        day_ = self.object.held_on
        if isinstance(self.body, Firm):
            return rows.filter(pk__in=staff_person_ids([self.body.pk], day_)[self.body.pk])
        if isinstance(self.body, BudgetUnit):
            spells = Employment.objects.on(day_).filter(organisation=self.body.organisation_id)
            return rows.filter(pk__in=spells.values("person"))
        if self.object.course.audience == Audience.EXPERTS:
            pool = visible_experts(self.user).filter(status__in=[ExpertStatus.ACTIVE, ExpertStatus.SUSPENDED])
            return rows.filter(pk__in=pool.values("person"))
        return rows.filter(pk__in=self.object.attendances.values("person"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the choice of the firm or unit beside the boxes."""
        found: dict[str, Any] = {"nobody": not self.people().exists(), "is_unit": False}
        audience = self.object.course.audience
        if audience != Audience.EXPERTS:
            kind = UnitChoice if audience == Audience.UNITS else FirmChoice
            choice = kind(initial={"body": self.request.GET.get("body")})
            field = choice.fields["body"]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = self.bodies()
            ask_choices(choice)
            found |= {"choice": choice, "is_unit": audience == Audience.UNITS}
        return super().get_context_data(**(found | kwargs))

    def consequences(self) -> Sequence[StrOrPromise]:
        """Name the session."""
        return [f"{self.object.course.title} · {full_day(self.object.held_on)} · {self.object.place}"]

    def act(self, form: AttendanceForm) -> str:
        """Enter them."""
        hours = form.cleaned_data["hours"]
        tenths = None if hours is None else int(hours * 10)
        body = self.body.organisation if self.body else None
        drafts = [AttendanceDraft(person, body, tenths) for person in form.cleaned_data["persons"]]
        record_attendance(session=self.object, drafts=drafts, by=self.user, on=self.today)
        return _("%(count)d people are entered.") % {"count": len(drafts)}


class CertificatesGive(OneSession, ActionView):
    """Give certificates to everybody who attended the whole course."""

    needs = Capability.TRAIN
    title, submit_label = gettext_lazy("Give certificates"), gettext_lazy("Give certificates")

    def object_url(self) -> str:
        """Return the course."""
        return course_url(self.object.course)

    def consequences(self) -> Sequence[StrOrPromise]:
        """Say who gets one."""
        return [_("Whoever attended every hour and has none yet gets one, with a code for the check page.")]

    def act(self, form: Any) -> str:  # noqa: ANN401, ARG002 - nothing to fill in
        """Give them."""
        rows = issue_certificates(session=self.object, by=self.user, on=self.today)
        return _("%(count)d certificates were given.") % {"count": len(rows)}


urls = [
    path("courses/", CourseList.as_view(), name="courses"),
    path("courses/new/", CourseAdd.as_view(), name="course-add"),
    path("courses/<int:pk>/", CoursePage.as_view(), name="course"),
    path("courses/<int:pk>/session/", SessionAdd.as_view(), name="session-add"),
    path("sessions/<int:pk>/attendance/", AttendanceAdd.as_view(), name="attendance"),
    path("sessions/<int:pk>/certificates/", CertificatesGive.as_view(), name="certificates-give"),
]
