"""Write the terms given before terms were rows: from the row itself, and from the journal where one was renewed."""

import json

from django.db import migrations


def renewals(apps):
    """Return {row: [(day, before, after)]} from the journal, oldest first."""
    found = {}
    entries = apps.get_model("audit", "Entry").objects.filter(action="evaluators.firm_renewed").order_by("pk")
    for subject_id, text in entries.values_list("subject_id", "text").iterator():
        facts = json.loads(text)["facts"]
        found.setdefault(subject_id, []).append((facts["on"], facts["before"], facts["after"]))
    return found


def write_terms(apps, schema_editor):
    """Give every row that was ever admitted its terms."""
    model, term = apps.get_model("evaluators", "Firm"), apps.get_model("evaluators", "FirmTerm")
    renewed = renewals(apps)
    rows = []
    for row in model.objects.filter(admitted_on__isnull=False, term_ends_on__isnull=False).iterator():
        later = [one for one in renewed.get(row.pk, []) if one[0] >= row.admitted_on.isoformat()]
        first = later[0][1] if later else row.term_ends_on
        rows.append(term(firm=row, decided_on=row.admitted_on, ends_on=first))
        rows += [term(firm=row, decided_on=day, ends_on=after) for day, _before, after in later]
    term.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    """Backwards nothing is to be done: the table goes with its own migration."""

    dependencies = [("evaluators", "0003_terms_successors_and_likeness"), ("audit", "0001_initial")]
    operations = [migrations.RunPython(write_terms, migrations.RunPython.noop)]
