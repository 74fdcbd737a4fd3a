select * from {{ ref('int_vendor_bill_time_named') }}
union all
select * from {{ ref('int_vendor_bill_time_ordered') }}
