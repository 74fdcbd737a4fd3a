{%- set pools = ref('int_recon_pools') -%}
{%- set members = ref('int_recon_pool_members') -%}
-- The pools of which an increment changed a posted line or a row that it covers, as they were and as they are.
{% if build_is_increment() %}
select pool_key from {{ changes_of('int_recon_pools') }}
union
select pool_key from {{ changes_of('int_recon_pool_members') }}
{%- else %}
select pool_key
from {{ pools }}
where false
{%- endif %}
