"""The scenario of one batch over all 74 ex-ante evaluations: through the services, to a public record that verifies."""

import json

import pytest

from assignments.models import Assignment, AssignmentBatch, ReReviewTask
from assignments.verify_draw import verify
from disclosure.models import Publication
from faces.exchange.demo.load import load


@pytest.mark.django_db
def test_all_74_get_a_panel_of_three_and_the_public_record_verifies():
    said = []

    load(say=said.append, with_batch=True)

    batch = AssignmentBatch.objects.get()
    row = Publication.objects.get(subject_kind="assignments.assignmentbatch")
    assert ReReviewTask.objects.count() == 74
    assert Assignment.objects.filter(batch=batch, status="NOTIFIED").count() == 222
    assert row.body["record"] == batch.record
    assert verify(json.dumps(row.body["record"]))
    assert row.is_demo
    freeze = json.loads(batch.freeze_text)
    named = [[one["task"], one["expert"]] for one in freeze["pins"]]
    assert max(units for task, expert, units in freeze["marginals"] if [task, expert] not in named) <= 500
    assert (len(named), len(freeze["forbids"]), bool(freeze["naming"])) == (1, 1, True)
    loads = {}
    for expert in Assignment.objects.filter(batch=batch).values_list("expert", flat=True):
        loads[expert] = loads.get(expert, 0) + 1
    assert max(loads.values()) <= 12
