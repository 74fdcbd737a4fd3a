-- Hours that only one side states, operational less posted: those of groups that agree in money and those of the others.

with sides as (

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        {{ recon_cell_hash() }} as cell
    from {{ ref('int_recon_sides') }}

),

untold as (

    select
        sides.flow,
        sides.legal_entity_key,
        sides.project_key,
        sides.period_id,
        agreed.untold_hours
    from {{ ref('int_recon_open_groups') }} as agreed
    inner join sides on agreed.cell = sides.cell
    where not agreed.is_open and agreed.untold_hours <> 0

    union all

    select
        flow,
        legal_entity_key,
        project_key,
        period_id,
        untold_hours
    from {{ ref('int_recon_untold_cells') }}

)

select
    flow,
    legal_entity_key,
    project_key,
    period_id,
    sum(untold_hours) as untold_hours
from untold
group by flow, legal_entity_key, project_key, period_id
