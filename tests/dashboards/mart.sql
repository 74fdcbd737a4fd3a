-- A firm of three entities over fourteen periods, in the shape that a build publishes.
create table build_info as select 'RUN' as run_id, timestamptz '2026-11-05 06:00:00+00' as build_time,
    null::timestamptz as as_of, 'EUR' as group_currency;
create table dim_legal_entity as select * from (values
    ('erp:US01', 'US01', 'Northwind Advisory Inc', 'USD', 'AMER'), ('erp:DE01', 'DE01', 'Northwind Beratung GmbH', 'EUR', 'EMEA'),
    ('erp:UK01', 'UK01', 'Northwind Advisory Ltd', 'GBP', 'EMEA'))
    t(legal_entity_key, legal_entity_id, name, functional_currency, region);
create table dim_period as
    with months as (select unnest(generate_series(timestamp '2025-10-01', timestamp '2026-11-01', interval 1 month))::date as start_date)
    select legal_entity_key, strftime(start_date, '%Y-%m') as period_id, start_date, last_day(start_date) as end_date,
        (last_day(start_date) + 6)::timestamptz as close_due_at,
        case when start_date < date '2026-10-01' then (last_day(start_date) + 5)::timestamptz end as closed_at,
        case when start_date < date '2026-10-01' then 'closed' else 'open' end as status, true as has_begun
    from months, dim_legal_entity;
create table dim_customer as select 'crm:C' || i as customer_key, 'C' || i as customer_id,
    (array['Alder Bank', 'Birch Energy', 'Cedar Retail', 'Dogwood Health', 'Elm Logistics', 'Fir Telecom'])[i] as name
    from range(1, 7) t(i);
create table dim_project as select 'psa:P' || i as project_key, 'P' || i as project_id, 'P-' || lpad(i::varchar, 4, '0') as project_code,
    (array['Core banking', 'Data platform', 'ERP rollout', 'Cloud move', 'Risk review', 'Managed desk'])[1 + i % 6] || ' ' || i as name,
    (array['erp:US01', 'erp:DE01', 'erp:UK01'])[1 + i % 3] as legal_entity_key, 'crm:C' || (1 + i % 6) as customer_key,
    (array['Advisory', 'Data & AI', 'Cloud', 'Managed services'])[1 + i % 4] as practice,
    (array['time_and_materials', 'fixed_fee', 'milestone', 'retainer'])[1 + i % 4] as billing_model, 'active' as status
    from range(1, 25) t(i);
create table dim_worker as select 'hcm:W' || i as worker_key, 'W' || i as worker_id, 'Worker ' || i as name, 'hcm:W' || i || ':1' as worker_assignment_key,
    (array['erp:US01', 'erp:DE01', 'erp:UK01'])[1 + i % 3] as legal_entity_key,
    (array['Advisory', 'Data & AI', 'Cloud', 'Managed services'])[1 + i % 4] as practice,
    (array['Consultant', 'Senior consultant', 'Manager'])[1 + i % 3] as role from range(1, 41) t(i);
create table dim_contract_line as select 'crm:L' || i as contract_line_key, 'L' || i as contract_line_id, 'psa:P' || i as project_key,
    'crm:C' || (1 + i % 6) as customer_key from range(1, 25) t(i);
create table dim_metric as select * from (values
    ('services_revenue', 'operational', 'Services revenue', 'money', false, 'flow', 'up', true, 1),
    ('services_revenue', 'finance_posted', 'Services revenue', 'money', false, 'flow', 'up', true, 1),
    ('gross_margin_share', 'operational', 'Gross margin', 'share', true, 'flow', 'up', true, 2),
    ('gross_margin_share', 'finance_posted', 'Gross margin', 'share', true, 'flow', 'up', true, 2),
    ('utilization_billable', 'operational', 'Billable utilization', 'share', true, 'flow', 'up', true, 3),
    ('utilization_billable', 'finance_posted', 'Billable utilization', 'share', true, 'flow', 'up', true, 3),
    ('posted_within_sla', 'cross_basis', 'Posted within SLA', 'share', true, 'flow', 'up', true, 4),
    ('recon_exceptions', 'cross_basis', 'Open exceptions', 'count', false, 'balance', 'down', true, 5),
    ('wip_unbilled', 'operational', 'Unbilled work', 'money', false, 'balance', 'down', true, 6),
    ('backlog_contracted', 'operational', 'Contracted backlog', 'money', false, 'balance', 'up', true, 7),
    ('backlog_contracted', 'finance_posted', 'Contracted backlog', 'money', false, 'balance', 'up', true, 7),
    ('revenue_plan', 'operational', 'Planned revenue', 'money', false, 'flow', 'up', false, null),
    ('revenue_forecast', 'operational', 'Forecast revenue', 'money', false, 'flow', 'up', false, null),
    ('backlog_scheduled', 'operational', 'Scheduled backlog', 'money', false, 'balance', 'up', false, null),
    ('capacity_hours', 'operational', 'Capacity', 'hours', false, 'flow', 'up', false, null),
    ('available_hours', 'operational', 'Available hours', 'hours', false, 'flow', 'up', false, null),
    ('bench_hours', 'operational', 'Bench hours', 'hours', false, 'flow', 'down', false, null),
    ('utilization_vs_target', 'operational', 'Utilization against target', 'share', true, 'flow', 'up', false, null),
    ('time_compliance', 'operational', 'Time compliance', 'share', true, 'flow', 'up', false, null),
    ('utilization_target', 'operational', 'Utilization target', 'share', true, 'flow', 'none', false, null),
    ('project_revenue', 'operational', 'Project revenue', 'money', false, 'flow', 'up', false, null),
    ('project_revenue', 'finance_posted', 'Project revenue', 'money', false, 'flow', 'up', false, null),
    ('project_margin', 'operational', 'Project margin', 'money', false, 'flow', 'up', false, null),
    ('project_margin', 'finance_posted', 'Project margin', 'money', false, 'flow', 'up', false, null),
    ('project_margin_share', 'operational', 'Project margin, share', 'share', true, 'flow', 'up', false, null),
    ('project_margin_share', 'finance_posted', 'Project margin, share', 'share', true, 'flow', 'up', false, null),
    ('estimate_at_completion', 'operational', 'Estimate at completion', 'money', false, 'balance', 'none', false, null),
    ('percent_complete', 'operational', 'Percent complete', 'share', true, 'balance', 'up', false, null),
    ('message_throughput', 'operational', 'Message throughput', 'count', false, 'flow', 'none', false, null),
    ('message_failure_share', 'operational', 'Failed messages', 'share', true, 'flow', 'down', false, null),
    ('message_retries', 'operational', 'Message retries', 'count', false, 'flow', 'down', false, null),
    ('message_queue_depth', 'operational', 'Messages waiting', 'count', false, 'balance', 'down', false, null),
    ('failed_mappings', 'cross_basis', 'Failed mappings', 'count', false, 'flow', 'down', false, null),
    ('message_latency_seconds_p50', 'operational', 'Message latency, median', 'seconds', false, 'distribution', 'down', false, null),
    ('message_latency_seconds_p95', 'operational', 'Message latency, 95th percentile', 'seconds', false, 'distribution', 'down', false, null),
    ('billing_cycle_days', 'finance_posted', 'Billing cycle', 'days', true, 'flow', 'down', true, 8))
    t(metric_id, basis, label, unit, is_ratio, additivity, direction, is_headline, headline_order);
alter table dim_metric add column formula varchar; update dim_metric set formula = 'Sum of ' || label || ' as the catalogue defines it';
alter table dim_metric add column owner varchar; update dim_metric set owner = 'Finance operations';
alter table dim_metric add column source varchar; update dim_metric set source = 'fct_project_period';
alter table dim_metric add column caveats varchar;
alter table dim_metric add column dimensions varchar;
update dim_metric set dimensions = 'legal_entity_key, region, flow' where metric_id like 'message_%';
alter table dim_metric add column quantile decimal(4, 3);
update dim_metric set quantile = case when metric_id like '%_p95' then 0.95 else 0.5 end where additivity = 'distribution';
update dim_metric set caveats = 'A mere translation difference is no exception.' where metric_id = 'recon_exceptions';
create table fct_project_period as
    with base as (
        select p.*, d.period_id, d.start_date, d.end_date, hash(p.project_key || d.period_id) % 1000 / 1000.0 as noise
        from dim_project p join dim_period d using (legal_entity_key) where d.period_id < '2026-11'
    )
    select project_key, legal_entity_key, customer_key, practice, billing_model, period_id, end_date as period_end, basis,
        ((180000 + 90000 * noise) * f)::decimal(18, 2) as revenue_services, (9000 * noise * f)::decimal(18, 2) as revenue_reimbursable,
        0::decimal(18, 2) as revenue_recurring, ((105000 + 40000 * noise) * f)::decimal(18, 2) as labor_cost,
        (8000 * noise * f)::decimal(18, 2) as expense_cost, (6000 * noise * f)::decimal(18, 2) as vendor_cost,
        0::decimal(18, 2) as loss_provision, ((170000 + 95000 * noise) * f)::decimal(18, 2) as billing, 0::decimal(18, 2) as intercompany,
        (1200 * (0.8 + noise / 3))::decimal(18, 2) as hours, (1000 * (0.8 + noise / 3))::decimal(18, 2) as billable_hours
    from base, (values ('operational', 1.0), ('finance_posted', 0.965)) b(basis, f);
create table fct_metric as
    with p as (select f.*, e.region from fct_project_period f join dim_legal_entity e using (legal_entity_key))
    select metric_id, basis, period_id, period_end, legal_entity_key, region, practice, 'Consultant' as role, customer_key, project_key,
        billing_model, flow, numerator::decimal(38, 6) as numerator, denominator::decimal(38, 6) as denominator, period_id = '2026-11' as is_provisional,
        case when basis <> 'operational' then 'complete' end as gl_status
    from (
        select 'services_revenue' as metric_id, *, revenue_services + revenue_reimbursable as numerator, null as denominator from p
        union all by name
        select 'gross_margin_share' as metric_id, *, revenue_services - labor_cost - vendor_cost as numerator, revenue_services as denominator from p
        union all by name
        select 'utilization_billable' as metric_id, *, billable_hours as numerator, hours * 1.05 as denominator from p
        union all by name
        select 'utilization_vs_target' as metric_id, *, billable_hours as numerator, hours * 0.8 as denominator from p where basis = 'operational'
        union all by name
        select 'revenue_plan' as metric_id, *, revenue_services * 1.02 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'revenue_forecast' as metric_id, *, revenue_services * 1.01 as numerator, null as denominator from p where basis = 'operational' and period_id >= '2026-10'
        union all by name
        select 'backlog_scheduled' as metric_id, * replace ('2026-11' as period_id, date '2026-11-30' as period_end), 90000 as numerator, null as denominator
            from p where basis = 'operational' and period_id = '2026-10'
        union all by name
        select 'capacity_hours' as metric_id, *, hours * 1.15 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'available_hours' as metric_id, *, hours * 1.05 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'bench_hours' as metric_id, *, hours * 0.08 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'time_compliance' as metric_id, *, hours * 0.93 as numerator, hours as denominator from p where basis = 'operational'
        union all by name
        select 'utilization_target' as metric_id, *, hours * 0.84 as numerator, hours * 1.05 as denominator from p where basis = 'operational'
        union all by name
        select 'project_revenue' as metric_id, *, revenue_services + revenue_reimbursable as numerator, null as denominator from p
        union all by name
        select 'project_margin' as metric_id, *, revenue_services + revenue_reimbursable - labor_cost - expense_cost - vendor_cost as numerator, null as denominator from p
        union all by name
        select 'project_margin_share' as metric_id, *, revenue_services + revenue_reimbursable - labor_cost - expense_cost - vendor_cost as numerator,
            revenue_services + revenue_reimbursable as denominator from p
        union all by name
        select 'estimate_at_completion' as metric_id, *, 2400000 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'percent_complete' as metric_id, *, 120000 * month(period_end) as numerator, 2400000 as denominator from p where basis = 'operational'
        union all by name
        select 'posted_within_sla' as metric_id, * replace ('cross_basis' as basis), hours * 0.94 as numerator, hours as denominator from p where basis = 'operational'
        union all by name
        select 'recon_exceptions' as metric_id, * replace ('cross_basis' as basis), 12 + round(hours / 100) as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'wip_unbilled' as metric_id, *, 60000 + billing * 0.1 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select 'backlog_contracted' as metric_id, *, 1500000 - 20000 * month(period_end) as numerator, null as denominator from p
        union all by name
        select 'billing_cycle_days' as metric_id, *, billing * 21 as numerator, billing as denominator from p where basis = 'finance_posted'
        union all by name
        select 'failed_mappings' as metric_id, * replace ('cross_basis' as basis), 'labor_cost' as flow, 1 as numerator, null as denominator from p where basis = 'operational'
        union all by name
        select metric_id, 'operational' as basis, period_id, max(period_end) as period_end, legal_entity_key, region, 'time_to_erp' as flow,
            400 * share as numerator, case when metric_id = 'message_failure_share' then 400 end as denominator
        from p, (values ('message_throughput', 1.0), ('message_failure_share', 0.04), ('message_retries', 0.03), ('message_queue_depth', 0.02)) m(metric_id, share)
        where basis = 'operational' group by all
    );
create table recon_item as
    with categories as (select * from (values ('overdue', 'integration', 0.30), ('awaiting_posting', 'integration', 0.22),
        ('cutoff', 'finance', 0.12), ('rate_difference', 'master data', 0.1), ('unapproved', 'delivery', 0.1),
        ('integration_failed', 'integration', 0.08), ('manual_journal', 'finance', -0.06), ('unmapped', 'master data', 0.05),
        ('hours_difference', 'delivery', 0.05), ('unclassified', 'platform', 0.04)) c(category, owner, share)),
    flows as (select * from (values ('labor_cost', 0.035), ('expense_cost', 0.02), ('vendor_cost', 0.03), ('revenue', 0.035), ('billing', 0.03)) f(flow, weight))
    select md5(flow || category || project_key || period_id) as item_id, flow, category, owner,
        (array['high', 'medium', 'low'])[1 + (hash(project_key || category) % 3)::int] as severity,
        case when hash(project_key || period_id) % 5 = 0 then 'resolved' else 'open' end as status,
        legal_entity_key, project_key, 'crm:L' || replace(project_key, 'psa:P', '') as contract_line_key, period_id, period_id as work_period_id,
        period_id as posted_period_id, 'EUR' as currency,
        (share * weight * 200000)::decimal(18, 2) as operational_transaction, 0::decimal(18, 2) as posted_transaction, (share * weight * 200000)::decimal(18, 2) as difference_transaction,
        (share * weight * 200000)::decimal(18, 2) as operational_functional, 0::decimal(18, 2) as posted_functional, (share * weight * 200000)::decimal(18, 2) as difference_functional,
        (share * weight * 200000)::decimal(18, 2) as operational_group, 0::decimal(18, 2) as posted_group, (share * weight * 200000)::decimal(18, 2) as difference_group,
        8.00::decimal(18, 2) as operational_hours, null::decimal(18, 2) as posted_hours, 'line' as match_level, 'time_entry' as origin_type, 'psa' as origin_system,
        'T' || replace(project_key, 'psa:P', '') || '-' || period_id as origin_id, null::varchar as gl_line_ids, 'corr-1' as correlation_id,
        case when category = 'integration_failed' then 'ERP rejected: period closed' end as integration_error,
        (hash(project_key || period_id) % 90)::int as age_days_approved, (hash(project_key || period_id) % 80)::int as age_days_due
    from fct_project_period, categories, flows where basis = 'operational';
create table recon_bridge as select flow, legal_entity_key, project_key, period_id, category, sum(difference_group) as amount_group,
    sum(difference_functional) as amount_functional from recon_item group by all;
create table recon_bridge_total as
    with breaks as (select flow, legal_entity_key, project_key, period_id, sum(amount_group) as breaks_group from recon_bridge group by all),
    operational as (select project_key, period_id, unnest(['labor_cost', 'expense_cost', 'vendor_cost', 'revenue', 'billing']) as flow,
        unnest([labor_cost, expense_cost, vendor_cost, revenue_services + revenue_reimbursable, billing]) as operational_group
        from fct_project_period where basis = 'operational')
    select flow, legal_entity_key, project_key, period_id, operational_group, breaks_group, operational_group - breaks_group as posted_group,
        0 as rows_without_rate
    from operational join breaks using (flow, project_key, period_id);
create table fct_project_ledger as
    select 'labor_cost:time_entry:psa:' || origin_id as ledger_id, 'operational' as basis, flow, origin_type, origin_system, origin_id,
        'time_entry' as source_entity, 'psa' as source_system, origin_id as source_id, legal_entity_key, project_key, 'Advisory' as practice,
        date '2026-03-10' as transaction_date, period_id, currency, operational_transaction as amount_transaction,
        operational_functional as amount_functional, operational_group as amount_group, operational_hours as hours,
        'approved' as source_status, null::timestamptz as posted_at, 'line' as origin_level, 17 as _batch_id,
        'time_entry/2026-03.csv' as _file, 42 as _row, 'hcm:W1' as worker_key
    from recon_item where category = 'overdue';
create table fct_margin_walk as
    with steps as (select * from (values ('quoted', 'baseline', 90000, 5000, -1000, 4000, -3000, 0), ('baseline', 'current', 95000, 0, 0, 0, -9000, 0),
        ('current', 'posted', 86000, 0, 0, 0, 0, -2500)) s(from_stage, to_stage, margin_from, volume_effect, mix_effect, bill_rate_effect, cost_rate_effect, unexplained_effect))
    select project_key, p.legal_entity_key, e.region, practice, customer_key, billing_model, '2026-10' as period_id, steps.*,
        margin_from + volume_effect + mix_effect + bill_rate_effect + cost_rate_effect + unexplained_effect as margin_to,
        200000 as revenue_from, 200000 - margin_from as cost_from, 200000 as revenue_to, 200000 - margin_to as cost_to
    from dim_project p join dim_legal_entity e using (legal_entity_key), steps
    union all by name -- a project of subscriptions alone: it has no step to show
    select 'psa:SUB' as project_key, 'erp:US01' as legal_entity_key, 'AMER' as region, 'Advisory' as practice, 'crm:C1' as customer_key,
        'subscription' as billing_model, '2026-10' as period_id, 'baseline' as from_stage, 'posted' as to_stage,
        0 as margin_from, 0 as volume_effect, 0 as mix_effect, 0 as bill_rate_effect, 0 as cost_rate_effect, 0 as unexplained_effect,
        0 as margin_to, 0 as revenue_from, 0 as cost_from, 0 as revenue_to, 0 as cost_to;
create table fct_wip_rollforward as
    select basis, 'crm:K' || replace(customer_key, 'crm:C', '') as contract_key, legal_entity_key, customer_key, period_id, period_end,
        40000 + n * 1000 as opening_group, 9000 as recognized_group, 8100 as billed_group, 50 as written_off_group, 150 as translation_group, 41000 + n * 1000 as closing_group
    from (select distinct legal_entity_key, customer_key, period_id, period_end, month(period_end) as n from fct_project_period), (values ('finance_posted'), ('cross_basis')) b(basis);
create table fct_wip_tie_out as
    select legal_entity_key, period_id, case when period_id = '2026-09' and legal_entity_key = 'erp:UK01' then 10.00 else 0.00 end as movement_difference,
        not (period_id = '2026-09' and legal_entity_key = 'erp:UK01') as is_tied from dim_period where period_id < '2026-11';
create table control_exception as select 'self_approved' as control, 'time_entry' as entity, 'psa' as source_system, 'T1' as source_id,
    'erp:US01' as legal_entity_key, '2026-03' as period_id, 'high' as severity, 'Approved by the person who submitted it' as detail;
create table gl_completeness as select legal_entity_key, period_id, 'complete' as status, null::varchar as reason from dim_period;
create table close_readiness as select legal_entity_key, period_id, 3 as open_items, false as is_ready from dim_period where closed_at is null;
create table obs_integration as
    select d::date as day, strftime(d, '%Y-%m') as period_id, if(region = 'AMER', 'erp:US01', 'erp:DE01') as legal_entity_key, flow, region, target, attempts, attempts - failed - failed // 4 as succeeded, failed, failed // 4 as dead_letter, failed as retries,
        (hash(region || d::varchar) % 40)::bigint as queue_depth
    from (select d, flow, region, 'erp' as target, 200 + (hash(d::varchar || flow || region) % 80)::bigint as attempts,
        (hash(d::varchar || region) % 9)::bigint as failed
        from generate_series(timestamp '2026-08-01', timestamp '2026-11-04', interval 1 day) t(d),
        (values ('time'), ('expense'), ('invoice')) f(flow), (values ('AMER'), ('EMEA')) r(region));
create table obs_integration_latency as
    select day, period_id, legal_entity_key, flow, region, target, latency_seconds::bigint as latency_seconds, messages::bigint as messages
    from obs_integration, (values (30, 5), (60, 4), (900, 1)) as taken (latency_seconds, messages)
    union all select date '2026-10-05', '2026-10', 'erp:DE01', 'invoice', 'EMEA', 'erp', 4000, 200;
create table fct_metric_distribution as
    select metric_id, 'operational' as basis, period_id, legal_entity_key, region, null::varchar as practice, null::varchar as role,
        null::varchar as customer_key, null::varchar as project_key, null::varchar as billing_model, flow,
        latency_seconds::decimal(18, 2) as value, sum(messages)::decimal(38, 6) as weight, period_id = '2026-11' as is_provisional
    from obs_integration_latency, (values ('message_latency_seconds_p50'), ('message_latency_seconds_p95')) m(metric_id) group by all;
create table obs_batches as select i as batch_id, (array['psa', 'crm', 'hcm', 'erp'])[1 + i % 4] as feed, (array['psa', 'crm', 'hcm', 'erp'])[1 + i % 4] as source_system,
    'committed' as status, timestamptz '2026-11-01 04:00:00+00' + interval (i) hour as at, 1000 + i as rows_read, 990 + i as landed, 8 as quarantined,
    2 as excluded, null::varchar as message from range(1, 25) t(i);
create table obs_freshness as select feed, 'time_entry' as entity, timestamptz '2026-11-05 03:00:00+00' as newest_updated_at,
    timestamptz '2026-11-05 04:00:00+00' as landed_at, 120000 as rows from (values ('psa'), ('crm'), ('erp')) f(feed);
create table obs_conservation as select * from (values ('landed_plus_quarantined_plus_excluded_is_read', 'time_entry', 1000, 1000, 0, true),
    ('ledger_is_source', 'expense', 400, 400, 0, true)) t(check_name, subject, expected, found, difference, is_ok);
create table fct_backlog as
    select backlog_type, 'operational' as basis, '2026-10' as period_id, runoff_period_id, legal_entity_key, 'EMEA' as region, practice,
        customer_key, project_key, billing_model, date '2027-06-30' as end_date, 45000::decimal(18, 2) as backlog_group
    from dim_project, (values ('scheduled', '2026-10'), ('scheduled', '2026-11'), ('soft', '2026-11')) b(backlog_type, runoff_period_id);
create view lineage as
    select 'line' as level, flow, 'GL-1' as gl_line_id, null::varchar as invoice_line_id, 'erp' as posted_system, amount_group as posted_group,
        18 as posted_batch_id, 'gl_line/2026-03.csv' as posted_file, 7 as posted_row, ledger_id as operational_ledger_id from fct_project_ledger;
create table obs_quarantine as select 8 as batch_id, 'hcm' as feed, 'cost_rate' as entity, 'cost_rate.csv' as file, 7 as file_row,
    'hourly_cost' as column_name, '61,50' as given_value, 'decimal' as rule, '61,50 is no number' as reason, 'open' as status;
create table dim_access_grant as select * from (values
    ('us@example.com', 'finance', 'erp:US01', '*', false, null::date), ('us@example.com', 'finance', 'erp:DE01', '*', false, date '2026-01-01'),
    ('two@example.com', 'finance', 'erp:US01', '*', true, null::date), ('two@example.com', 'finance', 'erp:DE01', '*', false, null::date),
    ('two@example.com', 'finance', 'erp:UK01', '*', false, null::date), ('two@example.com', 'finance', 'erp:UK01', '*', true, date '2026-01-01'),
    ('soon@example.com', 'finance', '*', '*', true, date '2026-11-20'))
    t(user_email, role, legal_entity_key, practice, may_see_rates, valid_to);
