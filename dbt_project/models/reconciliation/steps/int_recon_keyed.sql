-- What each ledger row is matched on. A view: the grouping and the few rows that stay open read it.

{{ config(materialized='view') }}

{{ matched_on(ref('fct_project_ledger'), ref('int_recon_chains'), ref('int_schedule_line_periods')) }}
