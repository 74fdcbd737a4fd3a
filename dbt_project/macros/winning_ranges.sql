{% macro winning_ranges(relation, key, columns, priority, rival_key=none) -%}
    {#- Cuts the ranges of each key at every edge and keeps, in each piece, the row that ranks first; so no two
        rows of a key are ever in force on one day. `is_overlapping` marks a piece that rivals (rows alike in
        `rival_key`) claim too. -#}
    {%- set rival_columns = (key + (rival_key or [])) -%}
    select
        {%- for column in key + columns %}
        {{ column }},
        {%- endfor %}
        piece_from as valid_from,
        piece_to as valid_to,
        rivals > 1 as is_overlapping
    from (
        select
            claims.*,
            pieces.piece_from,
            pieces.piece_to,
            row_number() over (
                partition by {% for k in key %}claims.{{ k }}, {% endfor %}pieces.piece_from
                order by {{ priority }}
            ) as piece_rank,
            count(*) over (
                partition by {% for k in rival_columns %}claims.{{ k }}, {% endfor %}pieces.piece_from
            ) as rivals
        from {{ relation }} as claims
        inner join (
            select
                {{ key | join(', ') }},
                edge as piece_from,
                lead(edge) over (partition by {{ key | join(', ') }} order by edge) as piece_to
            from (
                select {{ key | join(', ') }}, valid_from as edge from {{ relation }}
                union
                select {{ key | join(', ') }}, valid_to as edge from {{ relation }}
            ) as edges
        ) as pieces
            on
                {% for k in key -%}
                claims.{{ k }} = pieces.{{ k }}
                and {% endfor -%}
                claims.valid_from < pieces.piece_to
                and claims.valid_to > pieces.piece_from
    ) as ranked
    where piece_rank = 1
{%- endmacro %}
