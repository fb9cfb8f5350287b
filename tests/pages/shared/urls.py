"""Pages of the tests' own, built the way the README says."""

from django import forms
from django.urls import include, path

from faces.pages.shared.access import PUBLIC, SIGNED_IN, AudiencePage
from faces.pages.shared.actions import ActionForm, ActionView, FormPage
from faces.pages.shared.columns import Column
from faces.pages.shared.drafts import DraftView
from faces.pages.shared.facets import Facet
from faces.pages.shared.lists import BulkAction, ListPage, Sort
from faces.pages.shared.objects import ObjectPage, Tab
from faces.pages.shared.steps import LogLine
from faces.pages.shared.views import StyleBook, WorkYearView
from foundation.accounts.enums import Capability
from foundation.accounts.models import User
from foundation.core.errors import DomainError, NotAllowed, Refusal


class People(ListPage):
    audience = "bureau"
    needs = Capability.READ_DESK
    title = "People"
    columns = (
        Column("Account", "username", key=True, link=lambda row: f"/people/{row.username}/"),
        Column("Name", "name"),
        Column("Demo", "is_demo"),
        Column("Bureau", "bureau.name"),
    )
    facets = (Facet("is_demo", "Demo", ((True, "demo people"), (False, "real people"))),)
    search_fields = ("username", "name")
    sorts = (Sort("name", "By account", ("username",)), Sort("seen", "Last seen", ("-last_login",)))
    kept = ("scope",)
    page_size = 2
    bulk_actions = (
        BulkAction("greet", "Greet", Capability.DRAW, lambda rows, user, day: f"{user.name} greeted {len(rows)}"),
        BulkAction("approve", "Approve", Capability.APPROVE, lambda rows, user, day: "approved"),
    )

    def rows(self):
        return User.objects.exclude(username="hidden").select_related("bureau")


class PersonPage(ObjectPage):
    audience, needs, lookup = "bureau", Capability.READ_DESK, "username"

    def rows(self):
        return User.objects.exclude(username="hidden")

    def tabs(self):
        return (Tab("a", "First"), Tab("b", "Second", count=2))

    def history(self):
        return [LogLine(self.today, "王砚清", "Called.", "Nobody answered.")]


class RenameForm(ActionForm):
    name = forms.CharField(label="Name", help_text="As on the card")
    day = forms.DateField(label="Day", required=False)


class Rename(ActionView):
    audience, needs, title, lookup = "bureau", Capability.DRAW, "Rename", "username"
    form_class, success_url = RenameForm, "/people/"

    def rows(self):
        return User.objects.exclude(username="hidden")

    def consequences(self):
        return ["Everybody sees the new name."]

    def draft_key(self):
        return f"rename-{self.object.pk}"

    def act(self, form):
        name = form.cleaned_data["name"]
        if name == "taken":
            raise DomainError(Refusal("taken", "Taken until 2027-03-01.", source="财预〔2020〕10号"))
        if name == "field":
            raise DomainError(Refusal("bad_name", "Choose another.", facts={"field": "name"}))
        if name == "forbidden":
            raise NotAllowed
        User.objects.filter(pk=self.object.pk).update(name=name)
        return f"Renamed to {name}."


class Leave(FormPage):
    audience, needs, title, success_url, danger = "bureau", SIGNED_IN, "Leave", "/people/", True

    def act(self, form):
        return None


class Undeclared(AudiencePage):
    audience = "bureau"


class Open(StyleBook):
    needs = PUBLIC


pages = (
    [
        path("people/", People.as_view(), name="people"),
        path("people/<str:username>/", PersonPage.as_view(), name="person"),
        path("people/<str:username>/rename/", Rename.as_view(), name="rename"),
        path("leave/", Leave.as_view(), name="leave"),
        path("undeclared/", Undeclared.as_view(), name="undeclared"),
        path("stylebook/", Open.as_view(), name="stylebook"),
        path("work-year/", WorkYearView.as_view(), name="work-year"),
        path("drafts/<path:key>/", DraftView.as_view(), name="draft"),
    ],
    "pages",
)
urlpatterns = [
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    path("", include(pages)),
]
