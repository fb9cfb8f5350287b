"""An application to lift a suspension may fall away; those that a death had closed as refused say so."""

from django.db import migrations, models

SAID = ("Has died.", "已去世。")  # what the death wrote as the answer, in either language


def tell_lapsed(apps, _editor):
    rows = apps.get_model("appraisals", "LiftingApplication").objects.filter(status="REFUSED", answer__in=SAID)
    rows.filter(sanction__expert__person__died_on__isnull=False).update(status="LAPSED")


class Migration(migrations.Migration):
    dependencies = [("appraisals", "0006_hand_over_answers")]

    operations = [
        migrations.AlterField(
            model_name="liftingapplication",
            name="status",
            field=models.CharField(
                choices=[
                    ("ASKED", "lifting asked for"),
                    ("GRANTED", "lifting granted"),
                    ("REFUSED", "lifting refused"),
                    ("LAPSED", "application fell away"),
                ],
                default="ASKED",
                max_length=8,
            ),
        ),
        migrations.RunPython(tell_lapsed, migrations.RunPython.noop),
    ]
