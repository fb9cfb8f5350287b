from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('taxonomy', '0003_successors'),
    ]

    operations = [
        migrations.AddConstraint(
            model_name='node',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', True), ('successor__isnull', True)), models.Q(('merged_into__isnull', False), ('retired_on__isnull', False), ('successor__isnull', False)), _connector='OR'), name='merged_node_has_ended'),
        ),
    ]
