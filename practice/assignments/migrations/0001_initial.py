import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import practice.people.fields
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '0001_initial'),
        ('resources', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_on', models.DateField(help_text="A day on the client's own calendar.", verbose_name='first step on')),
                ('at', models.TimeField(help_text="On the client's own clock.", verbose_name='time of day')),
                ('every_weeks', models.PositiveSmallIntegerField(default=1, help_text='1 means every week, 2 every other week.', validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='every N weeks')),
                ('wait_weeks', models.PositiveSmallIntegerField(blank=True, editable=False, null=True, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)])),
                ('rests_after', models.PositiveSmallIntegerField(default=2, editable=False, validators=[django.core.validators.MaxValueValidator(12)])),
                ('remind_after', models.PositiveSmallIntegerField(default=0, editable=False, validators=[django.core.validators.MaxValueValidator(6)])),
                ('no_reminders', models.BooleanField(default=False, editable=False)),
                ('quiet_steps', models.PositiveSmallIntegerField(default=0, editable=False)),
                ('state', models.CharField(choices=[('active', 'Going out'), ('paused', 'Paused'), ('stopped', 'Stopped'), ('finished', 'Finished')], default='active', editable=False, max_length=10, verbose_name='state')),
                ('state_by', models.CharField(blank=True, choices=[('the practitioner', 'Practitioner'), ('the client', 'Client'), ('silence', 'Silence')], editable=False, max_length=20)),
                ('paused_until', models.DateField(editable=False, null=True)),
                ('next_on', models.DateField(editable=False, null=True)),
                ('sooner_at', models.DateTimeField(editable=False, null=True)),
                ('next_due_at', models.DateTimeField(editable=False, null=True)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='people.client', verbose_name='client')),
                ('module', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='assignments', to='resources.module', verbose_name='module')),
            ],
            options={
                'verbose_name': 'assignment',
                'verbose_name_plural': 'assignments',
                'ordering': ('-created_at', '-pk'),
            },
        ),
        migrations.CreateModel(
            name='PassedStep',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('skipped', models.BooleanField(default=False)),
                ('at', models.DateTimeField()),
                ('released', models.BooleanField(default=False)),
                ('assignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='passed', to='assignments.assignment')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passed', to='resources.step')),
            ],
        ),
        migrations.CreateModel(
            name='FirstNote',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', practice.people.fields.EncryptedTextField()),
                ('assignment', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='first_note', to='assignments.assignment')),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OwnWording',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('title', models.CharField(max_length=200, validators=[django.core.validators.RegexValidator('[\\x00-\\x1f\\x7f\\u2028\\u2029]', 'This must be one line of text.', 'one_line', inverse_match=True)])),
                ('body', models.TextField()),
                ('assignment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='assignments.assignment')),
                ('step', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='wordings', to='resources.step')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('assignment', 'step'), name='one_wording_per_step')],
            },
        ),
        migrations.CreateModel(
            name='Blackout',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first_on', models.DateField()),
                ('last_on', models.DateField()),
                ('by_client', models.BooleanField()),
                ('client', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='blackouts', to='people.client')),
            ],
            options={
                'verbose_name': 'days without emails',
                'verbose_name_plural': 'days without emails',
                'ordering': ('first_on', 'last_on', 'pk'),
                'indexes': [models.Index(fields=['client', 'last_on'], name='blackout_of_client')],
                'constraints': [models.CheckConstraint(condition=models.Q(('last_on__gte', models.F('first_on'))), name='last_after_first'), models.UniqueConstraint(fields=('client', 'first_on', 'last_on'), name='blackout_named_once')],
            },
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('state', 'active')), fields=['next_due_at'], name='assignment_due'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('state', 'paused')), fields=['paused_until'], name='assignment_rested'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['client', 'created_at', 'id', 'module'], name='assignment_by_client'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(condition=models.Q(('state__in', ('active', 'paused'))), fields=('client', 'module'), name='one_running_assignment', violation_error_message='This client already receives this module.'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('next_due_at__isnull', False), ('next_on__isnull', False), ('state', 'active')), models.Q(models.Q(('state', 'active'), _negated=True), ('next_due_at', None)), _connector='OR'), name='active_has_a_moment'),
        ),
        migrations.AddConstraint(
            model_name='passedstep',
            constraint=models.UniqueConstraint(fields=('assignment', 'step'), name='step_passes_once'),
        ),
        migrations.AddIndex(
            model_name='passedstep',
            index=models.Index(fields=['assignment', 'at', 'skipped'], name='steps_since'),
        ),
    ]
