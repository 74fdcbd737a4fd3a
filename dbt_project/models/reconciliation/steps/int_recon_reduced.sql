-- Rules 14 and 15 taken out of the difference first: what delivery took off its own figures while the posted
-- side carries it still. What stays open (r) is what the record before it was written down (e) and the posting less what
-- lies beyond the cap (q) differ by.

with measured as (

    select * from {{ ref('int_recon_measured') }}

),

-- fewer hours than worked, but at the price before the write-down and not at the one after it
told as (

    select
        *,
        coalesce(
            p_amount <> 0
            and abs(p_amount - {{ divide(wide('p_hours') ~ ' * ' ~ wide('(o_amount - adjustment_amount)'), '(o_hours - adjustment_hours)', 2) }})
            <= amount_tolerance
            and abs(p_amount - {{ divide(wide('p_hours') ~ ' * ' ~ wide('o_amount'), 'o_hours', 2) }}) > amount_tolerance,
            false
        ) as is_posted_gross
    from measured

),

-- without an operational amount the posting's own rates translate
rated as (

    select
        *,
        case when o_amount <> 0 and o_functional <> 0 then o_functional else p_functional end as fx_top,
        case when o_amount <> 0 and o_functional <> 0 then o_amount else p_amount end as fx_bottom,
        case
            when adjustment_amount < 0 and (d_amount <= adjustment_amount + amount_tolerance or is_posted_gross)
                then adjustment_amount
            else 0
        end as written_amount
    from told

),

capped as (

    select
        *,
        case
            when beyond_cap_amount > 0 and d_amount - written_amount < 0
                then greatest(d_amount - written_amount, -beyond_cap_amount)
            -- a correction of what lies beyond the cap takes back what was never counted
            when beyond_cap_amount < 0 and d_amount - written_amount > 0
                then least(d_amount - written_amount, -beyond_cap_amount)
            else 0
        end as capped_amount
    from rated

),

translated as (

    select
        *,
        coalesce({{ divide(wide('written_amount') ~ ' * ' ~ wide('fx_top'), 'fx_bottom', 2) }}, 0) as written_functional,
        coalesce({{ divide(wide('capped_amount') ~ ' * ' ~ wide('fx_top'), 'fx_bottom', 2) }}, 0) as capped_functional,
        case when written_amount <> 0 and p_hours is not null then adjustment_hours else 0 end as written_hours
    from capped

),

reduced as (

    select
        *,
        d_amount - written_amount - capped_amount as r_amount,
        open_functional - written_functional - capped_functional as r_functional,
        open_group
        - coalesce(
            {{ translate('(written_functional + capped_functional)', 'group_rate') }},
            0
        ) as r_group,
        o_amount - written_amount as e_amount,
        o_functional - written_functional as e_functional,
        o_hours - written_hours as e_hours,
        p_amount + capped_amount as q_amount,
        p_functional + capped_functional as q_functional
    from translated

)

select
    *,
    -- without an operational amount there is no rate to work with: the difference is taken as it is
    e_amount <> 0 and e_functional <> 0 as has_rates,
    coalesce(p_hours, 0) <> 0 and e_hours <> 0 as has_hours,
    coalesce(p_hours, e_hours) = e_hours as is_equal_hours,
    standing_count > 1 and abs(q_amount) < abs(e_amount) and sign(q_amount) = sign(e_amount) as is_partial,
    abs(r_amount) <= amount_tolerance
    and abs(r_functional) <= functional_tolerance
    and abs(r_group) <= group_tolerance as is_within_tolerance
from reduced
