-- A chain rarely has more than three links (posting, reversal, correction); eight are followed without
-- recursion, which Spark does not offer.
with reversing as (
    select source_system, gl_line_id, reverses_gl_line_id
    from {{ ref('stg_erp__gl_lines') }}
    where reverses_gl_line_id is not null and not is_deleted
)

select
    step_0.source_system,
    step_0.gl_line_id,
    step_0.reverses_gl_line_id,
    coalesce(
        {%- for depth in range(7, -1, -1) %}
        step_{{ depth }}.reverses_gl_line_id{% if not loop.last %},{% endif %}
        {%- endfor %}
    ) as root_gl_line_id
from reversing as step_0
{%- for depth in range(1, 8) %}
left join reversing as step_{{ depth }}
    on
        step_{{ depth - 1 }}.source_system = step_{{ depth }}.source_system
        and step_{{ depth - 1 }}.reverses_gl_line_id = step_{{ depth }}.gl_line_id
{%- endfor %}
