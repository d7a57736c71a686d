namespace Playgate.Unity
{
    /// <summary>What is looked after with the manager's client: once a frame, and when the client is closed.</summary>
    internal interface IPlaygateTicked
    {
        /// <summary>Called once a frame, before the pump. Allocates nothing when there is nothing to do.</summary>
        void Tick();

        /// <summary>The client has been closed.</summary>
        void End();
    }
}
