"""A merger and a conversion written down before pass scores and sanctions on, as the rule says; a split was not asked."""

from django.db import migrations

WHOLE = ["MERGED_INTO", "CONVERTED_FROM"]


def pass_on(apps, schema_editor):
    """Let the successors of mergers and conversions inherit."""
    rows = apps.get_model("parties", "Relationship").objects.filter(kind__in=WHOLE)
    rows.update(passes_scores=True, passes_sanctions=True)


class Migration(migrations.Migration):
    """Backwards nothing is to be done: the columns go with their own migration."""

    dependencies = [("parties", "0002_what_successors_inherit")]
    operations = [migrations.RunPython(pass_on, migrations.RunPython.noop)]
