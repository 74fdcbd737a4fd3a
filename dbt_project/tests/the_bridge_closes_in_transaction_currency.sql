-- The same in every transaction currency; facts whose sides stand in two currencies are shown apart.
select *
from {{ ref('recon_bridge_currency') }}
where operational_transaction - breaks_transaction - two_currencies_transaction <> posted_transaction
