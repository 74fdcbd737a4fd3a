with terms as (
    select
        terms.*,
        row_number() over (
            partition by terms.contract_line_key
            order by terms.effective_from <= build.build_date desc, abs(terms.effective_from - build.build_date)
        ) as rank
    from {{ ref('int_contract_line_terms') }} as terms
    cross join {{ ref('int_build') }} as build
)

select * from terms
where rank = 1
