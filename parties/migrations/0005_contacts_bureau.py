"""Give each contact the bureau of its organisation; going back leaves the column to be dropped."""

from django.db import migrations
from django.db.models import OuterRef, Subquery


def fill(apps, schema_editor):
    """Copy the bureau from the organisation."""
    contact = apps.get_model("parties", "Contact")
    organisation = apps.get_model("parties", "Organisation")
    own = organisation.objects.filter(pk=OuterRef("organisation_id")).values("bureau_id")[:1]
    contact.objects.filter(bureau__isnull=True).update(bureau_id=Subquery(own))
    unit = apps.get_model("parties", "BudgetUnit")
    contact.objects.exclude(organisation__in=unit.objects.values("organisation")).filter(section__isnull=True).update(
        of="FIRM"
    )


class Migration(migrations.Migration):
    """Data only."""

    dependencies = [("parties", "0004_one_record_per_person")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
