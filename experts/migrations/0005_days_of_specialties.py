"""Give specialties the day on which their expert first stood here, and former titles from the journal their days."""

import json

from django.db import migrations
from django.db.models import Min


def write_days(apps, schema_editor):
    """Let each specialty begin with the first standing of its expert: it was written with it, or nobody knows more."""
    specialty, standing = apps.get_model("experts", "ExpertSpecialty"), apps.get_model("experts", "ExpertStanding")
    first = dict(standing.objects.order_by().values("expert_id").annotate(day=Min("started_on")).values_list("expert_id", "day"))
    rows = list(specialty.objects.filter(started_on__isnull=True))
    for row in rows:
        row.started_on = first.get(row.expert_id)
    specialty.objects.bulk_update(rows, ["started_on"], batch_size=1000)


def write_titles(apps, schema_editor):
    """Write the titles that were changed before they were kept, as the journal tells them."""
    expert, former = apps.get_model("experts", "Expert"), apps.get_model("experts", "FormerTitle")
    known = set(expert.objects.values_list("pk", flat=True))
    entries = apps.get_model("audit", "Entry").objects.filter(action="experts.title_changed").order_by("pk")
    rows = []
    for subject_id, text in entries.values_list("subject_id", "text").iterator():
        facts = json.loads(text)["facts"]
        if subject_id is not None and int(subject_id) in known and facts["before"] != facts["after"]:
            title, level = facts["before"]
            rows.append(former(expert_id=int(subject_id), title=title, title_level=level, until_on=facts["on"]))
    former.objects.bulk_create(rows, batch_size=1000)


class Migration(migrations.Migration):
    """Backwards nothing is to be done: columns and table go with their own migration."""

    dependencies = [("experts", "0004_dated_titles_and_specialties"), ("audit", "0001_initial")]
    operations = [
        migrations.RunPython(write_days, migrations.RunPython.noop),
        migrations.RunPython(write_titles, migrations.RunPython.noop),
    ]
