"""The limit to be measured against: only the labour ledger, its bridge and their totals, in hand-written DuckDB SQL.

It trusts every extract: no check, no history, no quarantine, no other flow, one source of each kind. Whoever wants
less than tieout gives can have it at this price.
"""

from __future__ import annotations

import sys
from pathlib import Path

import duckdb

SCRIPT = """
create view entry as select * from read_csv('{root}/psa/time_entry/*.csv', {entry});
create view gl as select * from read_csv('{root}/erp/gl_line/[A-Z]*.csv', {gl});
create view link as select * from read_csv('{root}/erp/posting_link/*.csv', {link});

create table operational as
with newest as (
    select time_entry_id, arg_max(entry, updated_at) as e from entry group by time_entry_id
),
priced as (
    select
        e.time_entry_id as origin_id, e.project_id, e.work_date::date as work_date,
        worker.legal_entity_id, e.hours::decimal(9, 2) as hours,
        round(e.hours::decimal(18, 2) * rate.hourly_cost::decimal(18, 6), 2)::decimal(18, 2) as amount
    from newest
    inner join read_csv('{root}/hcm/employee.csv', all_varchar = true) as person
        on e.employee_id = person.employee_id and person.worker_type = 'employee'
    inner join read_csv('{root}/hcm/employee_assignment.csv', all_varchar = true) as worker
        on e.employee_id = worker.employee_id
        and e.work_date >= worker.valid_from and (worker.valid_to is null or e.work_date < worker.valid_to)
    inner join read_csv('{root}/hcm/employee_cost_rate.csv', all_varchar = true) as rate
        on e.employee_id = rate.employee_id and coalesce(rate.rate_basis, 'burdened') = 'burdened'
        and e.work_date >= rate.valid_from and (rate.valid_to is null or e.work_date < rate.valid_to)
    where e.status in ('submitted', 'approved')
)
select *, strftime(work_date, '%Y-%m') as period_id from priced;

create table posted as
with line as (
    select gl.*
    from gl
    inner join read_csv('{root}/erp/account.csv', all_varchar = true) as account
        on gl.account_id = account.account_id and account.account_class = 'labor_cost'
)
select coalesce(link.origin_id, line.origin_id) as origin_id, line.legal_entity_id, line.period_id,
    coalesce(link.amount, line.amount)::decimal(18, 2) as amount,
    coalesce(link.quantity, line.quantity)::decimal(9, 2) as hours
from line
left join link on line.gl_line_id = link.gl_line_id;

create table bridge as
with side as (
    select origin_id, amount as operational, null as posted, legal_entity_id, period_id from operational
    union all
    select origin_id, null, amount, legal_entity_id, period_id from posted
),
matched as (
    select origin_id, min(legal_entity_id) as legal_entity_id, min(period_id) as period_id,
        sum(operational) as operational, sum(posted) as posted
    from side
    group by origin_id
)
select legal_entity_id, period_id,
    case when operational is null then 'only posted' when posted is null then 'not posted'
        when operational <> posted then 'differs' else 'agrees' end as category,
    count(*) as items, coalesce(sum(operational), 0) - coalesce(sum(posted), 0) as difference
from matched
group by all;

select 'operational', count(*), sum(hours), sum(amount) from operational
union all select 'posted', count(*), sum(hours), sum(amount) from posted
union all select category, sum(items), null, sum(difference) from bridge group by category;
"""


def _columns(folder: Path) -> str:
    """Return the reader's options for a folder of files with one header: looking at each of hundreds costs seconds."""
    with min(folder.glob("[!o]*.csv")).open(encoding="utf-8") as lines:
        names = next(lines).rstrip("\r\n").split(",")
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    return f"auto_detect = false, header = true, columns = {{{columns}}}"


def main(root: Path) -> None:
    """Print the totals of the labour ledger and its bridge for the extracts in `root`."""
    script = SCRIPT.format(
        root=str(root).replace("'", "''"),
        entry=_columns(root / "psa" / "time_entry"),
        gl=_columns(root / "erp" / "gl_line"),
        link=_columns(root / "erp" / "posting_link"),
    )
    with duckdb.connect() as connection:
        connection.execute("set threads = 2")
        for row in connection.execute(script).fetchall():
            print(*row, sep="\t")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
