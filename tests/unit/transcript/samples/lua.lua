-- A stack with a limit.
local Stack = {}
Stack.__index = Stack

--[[ Makes a stack;
     the limit may be nil. ]]
function Stack.new(limit)
  local self = setmetatable({}, Stack)
  self.items = {}
  self.limit = limit or 0x10
  return self
end

function Stack:push(value)
  if value == nil then
    error("cannot push nil\n")
  elseif #self.items >= self.limit then
    return false, 'full'
  end
  table.insert(self.items, value)
  return true
end

function Stack:pop()
  return table.remove(self.items)
end

local text = [[
A long string
with "quotes" in it.
]]

local level = [==[ holds ]] inside ]==]

for index = 1, 10, 2 do
  local stack = Stack.new(3)
  local ok, why = stack:push(index * 1.5e3)
  if not ok and why ~= nil then
    print("failed: " .. why)
    break
  end
end

for key, value in pairs({ a = 1, ["b c"] = 2.5 }) do
  print(string.format("%s = %d", key, value), tostring(text), level)
end

repeat
  local number = math.random(100)
until number > 50
