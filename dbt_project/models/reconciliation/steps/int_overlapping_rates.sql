-- Two rates in force at once: one row in all books and periods in which time stands that they could have priced, so that the
-- certificate of each holds it; one row of no books where there is no such time.

with claimed as (

    select
        'cost_rate' as subject_type,
        worker_key as subject_id,
        cast(null as varchar) as project_key,
        worker_key,
        'none' as role,
        valid_from,
        valid_to
    from {{ ref('int_cost_rates') }}
    where
        is_overlapping
        -- two employments at once have a rate each
        and (rated_by <> 'any') = (
            worker_key in (select worker_key from {{ ref('int_worker_assignments') }} where is_side_by_side)
        )

    union all

    select
        'bill_rate',
        concat_ws('|', project_key, worker_key, role),
        project_key,
        worker_key,
        role,
        valid_from,
        valid_to
    from {{ ref('int_bill_rates') }}
    where is_overlapping

),

-- few days of few people: the ledger is asked for those alone
priced as (

    select
        legal_entity_key,
        project_key,
        period_id,
        worker_key,
        role,
        transaction_date,
        flow in ('revenue', 'billing') as is_billed
    from {{ ref('fct_project_ledger') }}
    where
        basis = 'operational'
        and origin_type = 'time_entry'
        and transaction_date >= (select min(valid_from) from claimed)
        and transaction_date < (select max(valid_to) from claimed)
        and (
            worker_key in (select worker_key from claimed where subject_type = 'cost_rate')
            or project_key in (select project_key from claimed where subject_type = 'bill_rate')
        )

),

touched as (

    select
        claimed.subject_type,
        claimed.subject_id,
        priced.legal_entity_key,
        priced.period_id
    from claimed
    inner join priced
        on
            claimed.worker_key = priced.worker_key
            and priced.transaction_date >= claimed.valid_from
            and priced.transaction_date < claimed.valid_to
    where claimed.subject_type = 'cost_rate' and not priced.is_billed

    union

    select
        claimed.subject_type,
        claimed.subject_id,
        priced.legal_entity_key,
        priced.period_id
    from claimed
    inner join priced
        on
            claimed.project_key = priced.project_key
            and priced.transaction_date >= claimed.valid_from
            and priced.transaction_date < claimed.valid_to
    where
        claimed.subject_type = 'bill_rate'
        and priced.is_billed
        and claimed.worker_key in ('none', priced.worker_key)
        and claimed.role in ('none', coalesce(priced.role, 'none'))

)

select
    claimed.subject_type,
    claimed.subject_id,
    claimed.project_key,
    coalesce(touched.legal_entity_key, 'none') as legal_entity_key,
    coalesce(touched.period_id, 'none') as period_id,
    case claimed.subject_type when 'cost_rate' then 'two cost rates' else 'two bill rates' end
    || ' in force from ' || cast(min(claimed.valid_from) as varchar) as detail
from claimed
left join touched
    on
        claimed.subject_type = touched.subject_type
        and claimed.subject_id = touched.subject_id
group by
    claimed.subject_type, claimed.subject_id, claimed.project_key, coalesce(touched.legal_entity_key, 'none'),
    coalesce(touched.period_id, 'none')
