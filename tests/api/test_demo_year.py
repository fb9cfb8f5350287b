"""The demonstration year in figures, from its rosters alone: the official totals, to the last digit."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assignments.models import EvaluationTask
from faces.exchange.demo.load import load
from faces.exchange.demo.play.delivering import Delivering
from faces.exchange.demo.play.playing import Playing
from foundation.accounts.models import User
from foundation.audit.models import Entry
from foundation.bureaus.models import Bureau
from foundation.core.errors import DomainError, Refusal
from foundation.files.models import StoredFile

pytestmark = pytest.mark.django_db


def test_summary_of_the_demonstration_year_is_the_official_one(client):
    load(say=lambda _words: None, with_story=False)
    client.force_login(User.objects.get(username="clerk"))

    body = client.get("/api/v1/years/2020/summary/").json()

    del body["ex_ante"]["re_reviewed"]  # the story opens the re-reviews
    assert body == {
        "key_evaluations": {"tasks": 15, "amount_wan": "37630.00", "by_firms": 11, "by_bureau": 4},
        "ex_ante": {"tasks": 74, "amount_wan": "86104.00"},
        "self_evaluations": {"projects": 166, "amount_wan": "216974.00", "mean_score": "96.08"},
        "targets_published": 535,
        "whole_department_pilots": 14,
    }


def test_story_that_breaks_half_way_names_the_row_and_leaves_nothing(monkeypatch, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    stood = []

    def no_power(_self, _title, _on):
        stood.append((EvaluationTask.objects.count(), StoredFile.objects.count()))
        raise DomainError(Refusal("broken", "那天停电了。"))

    monkeypatch.setattr(Delivering, "accept_letter", no_power)

    with pytest.raises(CommandError, match=r"大事记第\d+行，接受委托，.+: 那天停电了。"):
        call_command("load_demo", stdout=StringIO())

    assert stood[0] > (90, 10)
    assert [model.objects.count() for model in (Bureau, User, EvaluationTask, StoredFile, Entry)] == [0] * 5
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_step_that_nobody_knows_is_refused_with_its_row(monkeypatch):
    monkeypatch.setattr(Playing, "_of_choice", lambda _self: {})

    with pytest.raises(CommandError, match=r"大事记第\d+行，选定方式，.+：没有这个步骤。"):
        call_command("load_demo", stdout=StringIO())

    assert (Bureau.objects.count(), Entry.objects.count()) == (0, 0)
