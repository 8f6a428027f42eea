local status = obj.status or {}
local phase = status.phase or ""
local health = { status = "Progressing", message = status.message or phase }
if phase == "Succeeded" then
  health.status = "Healthy"
elseif phase == "Failed" or phase == "Error" then
  health.status = "Degraded"
elseif obj.spec.suspend then
  health.status = "Suspended"
end
return health
