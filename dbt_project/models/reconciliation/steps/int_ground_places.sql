-- The legal entities and periods whose figures stand on something of which several versions are known, by the ledger as it is
-- now; where a version names other books, the same periods of those books, too: they may be short of what left them.

with things as (

    select distinct
        subject_type,
        thing
    from {{ ref('int_ground_versions') }}

),

-- whichever record a mapping has named, its figures may have moved to or from
mapped as (

    select distinct
        versions.subject_type,
        versions.thing,
        split_part(versions.thing, '|', 1) as entity_type,
        members.key as member_key
    from {{ ref('int_ground_versions') }} as versions
    inner join {{ ref('int_members') }} as members
        on
            split_part(versions.thing, '|', 1) = members.entity_type
            and versions.figures in (members.source_id, members.key)
    where versions.subject_type = 'xref'

),

found as (

    select distinct
        things.subject_type,
        things.thing,
        ledger.legal_entity_key,
        ledger.period_id
    from things
    inner join {{ ref('fct_project_ledger') }} as ledger on things.thing = ledger.project_key
    where things.subject_type = 'project' and ledger.basis = 'operational'

    union

    -- an account that leaves the flows takes its lines out of the ledger
    select distinct
        things.subject_type,
        things.thing,
        lines.legal_entity_key,
        lines.period_id
    from things
    inner join {{ ref('int_gl_lines') }} as lines on things.thing = lines.account_key
    where things.subject_type = 'account'

    {%- for one, other in [('legal_entity_key', 'counterparty_entity_key'), ('counterparty_entity_key', 'legal_entity_key')] %}

    union

    select distinct
        things.subject_type,
        things.thing,
        ledger.legal_entity_key,
        ledger.period_id
    from things
    inner join {{ ref('fct_project_ledger') }} as ledger
        on
            split_part(things.thing, '|', 1) = ledger.{{ one }}
            and split_part(things.thing, '|', 2) = ledger.{{ other }}
    where things.subject_type = 'intercompany_rule' and ledger.flow = 'intercompany' and ledger.basis = 'operational'
    {%- endfor %}

    union

    select distinct
        things.subject_type,
        things.thing,
        ledger.legal_entity_key,
        ledger.period_id
    from things
    inner join {{ ref('fct_project_ledger') }} as ledger on things.thing = ledger.worker_key
    where
        things.subject_type in ('employee_assignment', 'employee')
        and ledger.basis = 'operational'
        and ledger.origin_type in ('time_entry', 'expense')

    union

    select distinct
        things.subject_type,
        things.thing,
        ledger.legal_entity_key,
        ledger.period_id
    from things
    inner join {{ ref('fct_project_ledger') }} as ledger
        on
            split_part(things.thing, '|', 1) = ledger.origin_system
            and split_part(things.thing, '|', 2) = ledger.origin_id
    where
        things.subject_type = 'vendor_bill_source'
        and ledger.flow = 'vendor_cost'
        and ledger.basis = 'operational'
        and ledger.origin_type = 'time_entry'

    {%- for entity_type, key in [
        ('project', 'project_key'), ('employee', 'worker_key'), ('customer', 'customer_key'),
        ('contract_line', 'contract_line_key'), ('account', 'account_key'), ('legal_entity', 'legal_entity_key'),
    ] %}

    union

    select distinct
        mapped.subject_type,
        mapped.thing,
        ledger.legal_entity_key,
        ledger.period_id
    from mapped
    inner join {{ ref('fct_project_ledger') }} as ledger on mapped.member_key = ledger.{{ key }}
    where mapped.entity_type = '{{ entity_type }}'
    {%- endfor %}

),

named_books as (

    select distinct
        subject_type,
        thing,
        legal_entity_key
    from {{ ref('int_ground_versions') }}
    where legal_entity_key is not null

),

everywhere as (

    select * from found

    union

    select
        found.subject_type,
        found.thing,
        named_books.legal_entity_key,
        found.period_id
    from found
    inner join named_books
        on
            found.subject_type = named_books.subject_type
            and found.thing = named_books.thing

)

select
    everywhere.subject_type,
    everywhere.thing,
    everywhere.legal_entity_key,
    everywhere.period_id,
    periods.start_date as first_day,
    periods.end_date as last_day
from everywhere
inner join {{ ref('int_periods') }} as periods
    on
        everywhere.legal_entity_key = periods.legal_entity_key
        and everywhere.period_id = periods.period_id
