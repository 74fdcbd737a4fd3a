-- The open rows that this build explains anew. A view: what reads it takes a few of its columns each.

{{ config(materialized='view') }}
{%- set scope = ref('int_recon_scope') %}

select *
from {{ ref('int_recon_open_rows') }}
{%- if build_is_increment() %}
where match_key in (select match_key from {{ scope }})
{%- endif %}
