{#
  One test a table instead of one a column, since dbt takes longer to start a test than to count a column: `filled` names
  the columns that are never empty, `words` the only words that a column may say, `known` the column of another table
  in which each member is found; an empty member is nobody's. Fails with a sentence that names each column, how many
  members are wrong and one of them.
#}
{% test sound_members(model, filled=[], words={}, known={}) %}
{%- set name = (model | string).split(' where ')[0].replace('"', '').split('.') | last -%}
with found as (
    select cast(null as varchar) as sentence
    where false
    {%- for column in filled %}
    union all
    select '{{ column }} is empty in ' || cast(count(*) as varchar) || ' rows'
    from {{ model }}
    where {{ column }} is null
    having count(*) > 0
    {%- endfor %}
    {%- for column, allowed in words.items() %}
    union all
    select '{{ column }} has ' || cast(count(*) as varchar) || ' other words than are allowed, such as ' || min(word)
    from (select distinct {{ column }} as word from {{ model }}) as given
    where word not in ('{{ allowed | join("', '") }}')
    having count(*) > 0
    {%- endfor %}
    {%- for column, place in known.items() %}
    union all
    select
        '{{ column }} has ' || cast(count(*) as varchar) || ' members that are not in {{ place[0].identifier }}, such as '
        || min(given.member)
    from (select distinct {{ column }} as member from {{ model }}) as given
    left join {{ place[0] }} as place on given.member = place.{{ place[1] }}
    where given.member is not null and place.{{ place[1] }} is null
    having count(*) > 0
    {%- endfor %}
),

told as (
    select '{{ name }}: ' || string_agg(sentence, '; ' order by sentence) as sentences
    from found
)

-- in the condition, since what only stands in the list of columns is never worked out where rows are counted
select sentences
from told
where case when sentences is not null then error(sentences) else false end
{% endtest %}
