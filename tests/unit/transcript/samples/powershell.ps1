# Removes old logs and writes a report.
param(
    [string]$Folder = "C:\logs",
    [int]$Days = 30,
    [switch]$Force
)

<#
    Files younger than the limit stay.
#>
function Get-OldLog {
    param([Parameter(Mandatory)][string]$Path)

    $limit = (Get-Date).AddDays(-$Days)
    Get-ChildItem -Path $Path -Filter '*.log' -Recurse |
        Where-Object { $_.LastWriteTime -lt $limit -and $_.Length -gt 0 }
}

$report = @()
foreach ($file in Get-OldLog -Path $Folder) {
    try {
        if ($Force -or $file.Length -ge 1024) {
            Remove-Item -Path $file.FullName -ErrorAction Stop
            $report += "removed $($file.Name) of $Folder`n"
        } else {
            Write-Warning "kept $file"
        }
    } catch {
        Write-Error "failed: $_"
        continue
    } finally {
        $count++
    }
}

switch ($report.Count) {
    0 { Write-Host 'nothing to do' }
    default { $report | Out-File -FilePath "$Folder\report.txt" }
}

$text = @"
Dear admin,
$count files were looked at.
"@
while ($true) {
    $env:DONE = "yes"
    return $text
}
