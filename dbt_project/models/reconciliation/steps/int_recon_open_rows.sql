{{ config(materialized='keyed', key=['match_key'], touched='int_touched_groups') }}
-- depends_on: {{ ref('int_touched_groups') }}
{%- set every_row = ref('int_recon_keyed') -%}
{%- set touched_rows = ref('int_recon_touched_rows') %}

-- The ledger rows of the groups that do not agree, before pools and source reversals are joined up.

with keyed as (

    select * from {{ touched_rows if in_increment() else every_row }}

),

open_groups as (

    select * from {{ ref('int_recon_open_groups') }}

)

select
    keyed.*,
    open_groups.operational_count as group_operational_count,
    open_groups.posted_count as group_posted_count,
    open_groups.posted_functional as group_posted_functional
from keyed
inner join open_groups on keyed.match_key = open_groups.match_key
