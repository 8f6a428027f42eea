-- A RayJob ends in Complete (also when its job was stopped), Failed, or ValidationFailed, which KubeRay itself does not
-- count among its ends.
local status = obj.status or {}
local state = status.jobDeploymentStatus or ""
local health = { status = "Progressing", message = state }
if state == "Complete" and status.jobStatus == "SUCCEEDED" then
  health.status = "Healthy"
elseif state == "Complete" or state == "Failed" or state == "ValidationFailed" then
  health.status = "Degraded"
  health.message = status.message or (state .. " " .. (status.jobStatus or ""))
elseif state == "Suspended" then
  health.status = "Suspended"
  health.message = "waits in the queue"
end
return health
