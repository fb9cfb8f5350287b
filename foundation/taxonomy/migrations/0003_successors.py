from django.db import migrations


def write_successors(apps, schema_editor):
    """Give every merged node the last one of its chain; a living one was never merged."""
    node = apps.get_model("taxonomy", "Node")
    into = dict(node.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into_id"))
    for pk, first in into.items():
        seen, last = {pk}, first
        while last in into and last not in seen:
            seen.add(last)
            last = into[last]
        node.objects.filter(pk=pk).update(successor_id=last)
    node.objects.filter(merged_into__isnull=False, retired_on__isnull=True).update(merged_into=None, successor=None)


class Migration(migrations.Migration):

    dependencies = [
        ('taxonomy', '0002_former_nodes'),
    ]

    operations = [
        migrations.RunPython(write_successors, migrations.RunPython.noop),  # the column goes with the step before
    ]
