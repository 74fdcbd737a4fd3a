-- The effects of a step lead exactly from one margin to the next, and each step begins where the last one ended.
select walk.*
from {{ ref('fct_margin_walk') }} as walk
left join {{ ref('fct_margin_walk') }} as step_before
    on
        walk.project_key = step_before.project_key
        and walk.from_stage = step_before.to_stage
where
    walk.margin_from + walk.volume_effect + walk.mix_effect + walk.bill_rate_effect + walk.cost_rate_effect
    + walk.unexplained_effect <> walk.margin_to
    or step_before.margin_to <> walk.margin_from
