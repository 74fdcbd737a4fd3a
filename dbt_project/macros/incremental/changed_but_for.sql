{#
  The keys of a `keyed` model that `remembers` of which an increment changed more than the columns `but`: who does not read
  those need not look at what only they moved, and an open period's rate moves the group's amounts of all its rows every
  day. A row that stood and came again alike in the rest counts for nothing; `key` finds one row.
#}
{% macro changed_but_for(but, model, key) %}
    select {{ key | join(', ') }}
    from (
        select {{ key | join(', ') }}, hash(moved) as content
        from (select {{ all_but(['is_new'] + but) }} from {{ changes_of(model) }}) as moved
    ) as rest
    group by {{ key | join(', ') }}, content
    having count(*) = 1
{% endmacro %}
