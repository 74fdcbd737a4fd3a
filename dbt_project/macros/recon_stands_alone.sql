{#
  Whether an open row is a group of its own that nothing is posted against and that reverses nothing: a pool may cover it.
#}
{% macro recon_stands_alone() %}
    (
        basis = 'operational'
        and group_operational_count = 1
        and group_posted_count = 0
        and reverses_id is null
        and match_kind <> 'leg'
    )
{%- endmacro %}
