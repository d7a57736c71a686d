namespace Playgate.Unity.Tests
{
    /// <summary>Sessions as the consent flow gives them.</summary>
    internal static class Sessions
    {
        internal static string With(string feature, bool enabled)
        {
            return "{\"sessionId\":\"608616da-4fd2-4742-82bf-ec1d4ffd8187\",\"etag\":\"" + (enabled ? "on" : "off")
                + "\",\"kuid\":\"kuid\",\"ageStatus\":\"DIGITAL_MINOR\",\"dateOfBirth\":\"2014-01-15\",\"jurisdiction\":\"US-CA\","
                + "\"status\":\"ACTIVE\",\"managedBy\":\"GUARDIAN\",\"permissions\":[{\"name\":\"" + feature
                + "\",\"enabled\":" + (enabled ? "true" : "false") + ",\"managedBy\":\"GUARDIAN\"}]}";
        }
    }
}
