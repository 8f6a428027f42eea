local status = obj.status or {}
local state = status.state or ""
local health = { status = "Progressing", message = status.reason or state }
if status.observedGeneration ~= nil and status.observedGeneration < obj.metadata.generation then
  health.message = "a change has not been seen yet"
elseif state == "ready" then
  health.status = "Healthy"
elseif state == "failed" then
  health.status = "Degraded"
elseif state == "suspended" then
  health.status = "Suspended"
  health.message = "waits in the queue"
end
return health
