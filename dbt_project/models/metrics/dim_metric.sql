-- What the catalogue says of each metric, for whoever reads the mart.
select
    metric_id,
    basis,
    label,
    label || ': ' || formula || '. ' || caveats as description,
    formula,
    numerator_text,
    denominator_text,
    unit,
    direction,
    owner,
    source,
    is_ratio,
    additivity,
    quantile,
    dimensions,
    caveats,
    elsewhere,
    is_default_basis,
    is_headline,
    headline_order
from {{ ref('metric_definition') }}
