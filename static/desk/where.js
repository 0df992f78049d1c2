// Proposes the time zone of this device where none is given yet. A browser that would rather not tell says UTC.
{
  const zone = document.querySelector("[name=time_zone]");
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (zone && !zone.value && here && !/^(Etc\/)?(UTC|GMT|Unknown)$/.test(here)) zone.value = here;
}
