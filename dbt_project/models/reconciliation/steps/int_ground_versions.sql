-- All landed versions of what closed figures stand on without being one of their records: whose books a project is in, what
-- an account is, what is charged on between entities, where and as what a person works, which record a bill pays and which
-- record an id stands for. One row a version, with what the figures take of it as one text and the days for which it counts.
-- `thing` is what the figures stand on, by which the ledger finds it.

with projects as ({{ landed_versions('project') }}),

accounts as ({{ landed_versions('account') }}),

rules as ({{ landed_versions('intercompany_rule') }}),

assignments as ({{ landed_versions('employee_assignment') }}),

people as ({{ landed_versions('employee') }}),

sources as ({{ landed_versions('vendor_bill_source') }}),

mappings as ({{ landed_versions('xref') }}),

members as (

    select * from {{ ref('int_members') }}

),

told as (

    select
        'project' as subject_type,
        members.key as thing,
        projects.source_system || '|' || projects.project_id as record,
        {{ resolved_key('projects.legal_entity_id', 'entity_ids') }} as legal_entity_key,
        concat_ws('|', projects.legal_entity_id, projects.billing_model, projects.currency) as figures,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        projects.updated_at,
        projects.is_deleted,
        projects._batch_id,
        projects._file,
        projects._row
    from projects
    inner join members
        on
            members.entity_type = 'project'
            and projects.source_system = members.source_system
            and projects.project_id = members.source_id
    {{ resolve_join('legal_entity', 'entity_ids', 'projects.source_system', 'projects.legal_entity_id', 'cast(projects.updated_at as date)') }}

    union all

    select
        'account',
        members.key,
        accounts.source_system || '|' || accounts.account_id,
        null,
        concat_ws('|', accounts.account_class, coalesce(accounts.is_statistical, false)),
        null,
        null,
        accounts.updated_at,
        accounts.is_deleted,
        accounts._batch_id,
        accounts._file,
        accounts._row
    from accounts
    inner join members
        on
            members.entity_type = 'account'
            and accounts.source_system = members.source_system
            and accounts.account_id = members.source_id

    union all

    select
        'intercompany_rule',
        provider_ids.key || '|' || receiver_ids.key,
        rules.source_system || '|' || cast(rules.valid_from as varchar),
        null,
        concat_ws('|', rules.method, cast(rules.value as varchar)),
        rules.valid_from,
        rules.valid_to,
        rules.updated_at,
        rules.is_deleted,
        rules._batch_id,
        rules._file,
        rules._row
    from rules
    {{ resolve_join('legal_entity', 'provider_ids', 'rules.source_system', 'rules.provider_entity_id', 'rules.valid_from') }}
    {{ resolve_join('legal_entity', 'receiver_ids', 'rules.source_system', 'rules.receiver_entity_id', 'rules.valid_from') }}
    where provider_ids.key is not null and receiver_ids.key is not null

    union all

    select
        'employee_assignment',
        worker_ids.key,
        assignments.source_system || '|' || assignments.employee_id || '|' || cast(assignments.valid_from as varchar),
        {{ resolved_key('assignments.legal_entity_id', 'entity_ids') }},
        concat_ws('|', assignments.legal_entity_id, coalesce(assignments.role, '')),
        assignments.valid_from,
        assignments.valid_to,
        assignments.updated_at,
        assignments.is_deleted,
        assignments._batch_id,
        assignments._file,
        assignments._row
    from assignments
    {{ resolve_join('employee', 'worker_ids', 'assignments.source_system', 'assignments.employee_id', 'assignments.valid_from') }}
    {{ resolve_join('legal_entity', 'entity_ids', 'assignments.source_system', 'assignments.legal_entity_id', 'assignments.valid_from') }}
    where worker_ids.key is not null

    union all

    select
        'employee',
        members.key,
        people.source_system || '|' || people.employee_id,
        null,
        coalesce(people.worker_type, 'employee'),
        null,
        null,
        people.updated_at,
        people.is_deleted,
        people._batch_id,
        people._file,
        people._row
    from people
    inner join members
        on
            members.entity_type = 'employee'
            and people.source_system = members.source_system
            and people.employee_id = members.source_id

    union all

    -- a bill that comes later is no change of the one before
    select
        'vendor_bill_source',
        origin_system || '|' || time_entry_id || '|' || bill_line_id,
        source_system,
        null,
        cast(amount as varchar),
        null,
        null,
        updated_at,
        is_deleted,
        _batch_id,
        _file,
        _row
    from sources

    union all

    select
        'xref',
        concat_ws('|', entity_type, system, source_id),
        concat_ws('|', source_system, cast(valid_from as varchar)),
        null,
        canonical_id,
        valid_from,
        valid_to,
        updated_at,
        is_deleted,
        _batch_id,
        _file,
        _row
    from mappings

)

select
    subject_type,
    thing,
    record,
    legal_entity_key,
    figures,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to,
    updated_at,
    is_deleted,
    _batch_id,
    _file,
    _row
from told
-- nearly all of them never changed
where
    (subject_type, thing) in (
        select subject_type, thing
        from told
        group by subject_type, thing
        having count(*) > 1
    )
