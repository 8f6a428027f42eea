-- A model loads for minutes and is not ready meanwhile: that is progress, not a fault, or no sync would ever end well.
local annotations = obj.metadata.annotations or {}
if annotations["serving.kserve.io/stop"] == "true" then
  return { status = "Suspended", message = "stopped" }
end
local status = obj.status or {}
if status.observedGeneration ~= nil and status.observedGeneration < obj.metadata.generation then
  return { status = "Progressing", message = "a change has not been seen yet" }
end
for _, condition in ipairs(status.conditions or {}) do
  if condition.type == "Ready" then
    if condition.status == "True" then
      return { status = "Healthy", message = "" }
    end
    return { status = "Progressing", message = condition.message or condition.reason or "" }
  end
end
return { status = "Progressing", message = "" }
